"""./tier1 export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import console, fail
from cli.database import connection

if TYPE_CHECKING:
    from include.months import MonthRange
    from include.store.connection import Connection


def export(
    out: Annotated[Path, typer.Argument(help="Folder for the files; made where there is none.")],
    start_month: Annotated[
        str | None, typer.Option(help="First month, YYYY-MM; default: the first finished one.")
    ] = None,
    end_month: Annotated[
        str | None, typer.Option(help="Last month, included; default: the last finished one.")
    ] = None,
    pair: Annotated[
        str | None,
        typer.Option(
            help="Export this pair's baseline table, such as eurusd's, with the features joined to it."
        ),
    ] = None,
) -> None:
    """Write the computed features as Parquet files, one a month; files that are still right are left."""
    from include.pipeline.export import export as write
    from include.settings import settings
    from include.store.features.baseline import find_baseline

    wishes = settings()
    try:
        with connection() as conn:
            pattern, time_column = wishes.baseline_table, wishes.baseline_time_column
            baseline = None if pair is None else find_baseline(conn, pair, pattern, time_column)
            months = _months(conn, start_month, end_month)
            done = write(conn, months, out, baseline)
    except ValueError as error:
        fail(str(error))
    console.print(
        f"{months}: {done.written} files written ({done.rows:,} rows), {done.left} left as they are -> {out}",
        soft_wrap=True,
    )


def _months(conn: Connection, start_month: str | None, end_month: str | None) -> MonthRange:
    """Settle the months, by default all finished ones: whoever reads features may not look at prices."""
    from include.months import MonthRange, parse_month
    from include.store.runs.markers import finished_months

    first, last = (parse_month(text) if text else None for text in (start_month, end_month))
    finished = finished_months(conn)
    if first is None or last is None:
        if finished is None:
            raise ValueError(
                "no month is finished in all stages, so there is nothing to export: ./tier1 run STAGE"
            )
        first, last = first or finished.first, last or finished.last
    return MonthRange(first, last)
