"""./tier1 load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import console, fail
from cli.database import connection

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


def load(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="CSV or Parquet files, long or wide, or the word ecb; or just the word synthetic."
        ),
    ],
    start_month: Annotated[str | None, typer.Option(help="First synthetic month, YYYY-MM.")] = None,
    end_month: Annotated[str | None, typer.Option(help="Last synthetic month, included.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Which synthetic market: each seed is another one.")] = 1,
) -> None:
    """Load prices into the 28 price tables: all rows of all files, or none; synthetic ones month by month."""
    from rich.table import Table

    from include.settings import settings
    from include.store.prices.load import load_bars, total
    from include.store.prices.tables import price_tables

    tables = price_tables(settings())
    try:
        if "synthetic" in sources or start_month or end_month:
            parts = _synthetic_bars(sources, start_month, end_month, seed)
        else:
            parts = [_bars_of(sources)]
        with connection() as conn:
            loaded = total(load_bars(conn, tables, part) for part in parts)
    except ValueError as error:
        fail(str(error))
    table = Table("pair", "new", "changed", "unchanged", title="Loaded prices")
    for pair in loaded:
        table.add_row(pair.pair, f"{pair.new:,}", f"{pair.changed:,}", f"{pair.unchanged:,}")
    console.print(table)


def _bars_of(sources: list[str]) -> pd.DataFrame:
    """Read all files before anything is loaded."""
    from include.sources import ecb, files

    return files.together(
        [ecb.bars() if source == "ecb" else files.read_bars(Path(source)) for source in sources]
    )


def _synthetic_bars(
    sources: list[str], start_month: str | None, end_month: str | None, seed: int
) -> Iterable[pd.DataFrame]:
    """Return the bars of each month, made when they are asked for: all at once may not fit into memory."""
    from include.months import MonthRange

    if sources != ["synthetic"]:
        raise ValueError("synthetic prices are loaded by themselves, and months can be named for them only")
    if start_month is None or end_month is None:
        raise ValueError("synthetic prices of which months? Add --start-month 2024-01 --end-month 2024-12")
    months = MonthRange.of_texts(start_month, end_month)
    from include.sources.synthetic import bars  # takes a second or more, so only after the checks

    return (bars(month, seed) for month in months)
