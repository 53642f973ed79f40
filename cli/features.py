"""./tier1 features."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.console import console, fail
from cli.files import require_writable, write_whole


def features(
    source: Annotated[
        Path, typer.Argument(help="CSV or Parquet file: ts_utc and 28 columns of close prices.")
    ],
    target: Annotated[Path, typer.Argument(help="Parquet file to write: ts_utc and the 384 features.")],
    base_time: Annotated[
        str | None,
        typer.Option(help="The base bar is the first complete one from here on, e.g. 2024-01-01T00:00Z."),
    ] = None,
) -> None:
    """Compute all 384 columns from a file. No database, no Airflow."""
    from include.pipeline import from_file
    from include.pipeline.options import options_from
    from include.settings import settings
    from include.sources.files import read_closes

    require_writable(target)
    options = options_from(settings())
    try:
        computed = from_file.features(read_closes(source), _aware(base_time), options)
    except (ValueError, OverflowError) as error:
        fail(str(error))
    write_whole(target, lambda path: computed.reset_index().to_parquet(path, index=False))
    console.print(f"{len(computed):,} rows x {computed.shape[1]} features -> {target}")


def _aware(text: str | None) -> datetime | None:
    """Parse a time with a UTC offset."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time: write 2024-01-01T00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no UTC offset: write 2024-01-01T00:00Z")
    return moment
