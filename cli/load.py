"""./tier1 load."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import console, fail
from cli.database import connection
from cli.load_progress import progress_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from include.sources.bars import PairBars
    from include.sources.hints import Hints
    from include.sources.reading import Reading
    from include.store.prices.load import Loaded


def load(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders or patterns such as 'prices/*.csv', or the word ecb; "
            "or just the word synthetic."
        ),
    ],
    pair: Annotated[str | None, typer.Option(help="The pair of files that do not tell it.")] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            help="The clock of times without an offset, or wrongly marked as UTC: America/New_York, EST, "
            "America/New_York+7 (with most MetaTrader servers)."
        ),
    ] = None,
    time_column: Annotated[str | None, typer.Option(help="The column of times.")] = None,
    close_column: Annotated[str | None, typer.Option(help="The column of close prices.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")] = False,
    start_month: Annotated[str | None, typer.Option(help="First synthetic month, YYYY-MM.")] = None,
    end_month: Annotated[str | None, typer.Option(help="Last synthetic month, included.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Which synthetic market: each seed is another one.")] = 1,
) -> None:
    """Load prices into the 28 price tables: all rows of all files, or none; synthetic ones month by month."""
    from include.settings import settings
    from include.sources import ecb
    from include.sources.bars import by_pair
    from include.sources.files import bars_of
    from include.sources.hints import Hints
    from include.store.prices.load import load as load_bars
    from include.store.prices.load import total
    from include.store.prices.tables import price_tables

    tables = price_tables(settings())
    try:
        if "synthetic" in sources or start_month or end_month:
            months = _synthetic_bars(sources, start_month, end_month, seed)
            with connection(read_only=dry_run) as conn:
                loaded = total(load_bars(conn, tables, month, dry_run=dry_run) for month in months)
        else:
            readings = _readings(sources, Hints(pair, timezone, time_column, close_column))
            ready = by_pair(ecb.bars()) if "ecb" in sources else []
            source = str(readings[0].file) if len(readings) == 1 and not ready else "the files together"
            with connection(read_only=dry_run) as conn, progress_of(readings) as (read, written):
                bars = chain(ready, bars_of(readings, read))
                loaded = load_bars(conn, tables, bars, source, written, dry_run=dry_run)
            _print_notes(readings)
    except ValueError as error:
        fail(str(error))
    _print_table(loaded, "What would be loaded: nothing was written" if dry_run else "Loaded prices")


def _readings(sources: list[str], hints: Hints) -> list[Reading]:
    """Find all files before anything is read."""
    from include.sources.inputs import inputs_of
    from include.sources.reading import Reading

    files = [source for source in sources if source != "ecb"]
    return [Reading(it, hints) for source in files for it in inputs_of(source)]


def _synthetic_bars(
    sources: list[str], start_month: str | None, end_month: str | None, seed: int
) -> Iterable[Iterable[PairBars]]:
    """Return the bars of each month, made when they are asked for: all at once may not fit into memory."""
    from include.months import MonthRange

    if sources != ["synthetic"]:
        raise ValueError("synthetic prices are loaded by themselves, and months can be named for them only")
    if start_month is None or end_month is None:
        raise ValueError("synthetic prices of which months? Add --start-month 2024-01 --end-month 2024-12")
    months = MonthRange.of_texts(start_month, end_month)
    from include.sources import synthetic  # takes a second or more, so only after the checks
    from include.sources.bars import by_pair

    return (by_pair(synthetic.bars(month, seed)) for month in months)


def _print_notes(readings: list[Reading]) -> None:
    """Say what was understood of the files, each thing once."""
    files: dict[str, list[str]] = {}
    rows: dict[str, int] = {}
    for reading in readings:
        for note, count in reading.notes.items():
            files.setdefault(note, []).append(str(reading.file))
            rows[note] = rows.get(note, 0) + count
    for note, names in files.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        count = f" ({rows[note]:,} rows)" if rows[note] else ""
        console.print(f"{names[0]}{more}: {note}{count}", markup=False, highlight=False, soft_wrap=True)


def _print_table(loaded: list[Loaded], title: str) -> None:
    from rich.table import Table

    repeated = any(it.repeated for it in loaded)
    for note in dict.fromkeys(note for it in loaded for note in it.notes):
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    table = Table("pair", "new", "changed", "unchanged", *["repeated"] * repeated, title=title)
    for it in loaded:
        counts = [it.new, it.changed, it.unchanged, *[it.repeated] * repeated]
        table.add_row(it.pair, *(f"{count:,}" for count in counts))
    console.print(table)
