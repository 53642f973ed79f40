"""Looks whether the prices of a run can be true, as `./tier1 check` and preflight do."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from include.doubts import checks, empty_months
from include.doubts.deviations import Deviation, deviations, worst_months
from include.doubts.doubt import Doubt, Line
from include.doubts.part import Part, Tail
from include.months import Month, MonthRange, start_of
from include.pipeline.plan import Plan
from include.settings import Settings
from include.stages.panel import Panel
from include.store.connection import DATABASE_ERRORS, Connection, connect
from include.store.prices.bars import expected_bars
from include.store.prices.months import months_with_bars
from include.store.prices.problems import impossible_prices
from include.store.prices.reading import read_panel
from include.store.prices.tables import PriceTables, price_tables

_FEWEST_BARS = 5_000
"""A part has about so many at least: a month of minutes has 31,000, a month of days 22."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it.

    Attributes:
        lines: the table.
        deviations: each pair's worst month.
    """

    lines: list[Line]
    deviations: dict[str, Deviation]


def check_prices(url: str, settings: Settings, plan: Plan) -> Looked:
    """Look at all prices of the plan's months; only read.

    Args:
        url: the feature database.
        settings: where the prices are.
        plan: the months, and what would stop the stages: with such problems nothing else is looked at.

    Returns:
        The table, with a line for each problem of the plan, or for what kept us from looking.
    """
    if plan.problems or plan.months is None:
        return _refused(plan.problems)
    tables = price_tables(settings)
    try:
        with connect(url) as conn:
            try:
                looked = _look(conn, tables, plan.months)
            except ValueError as error:  # it names the first one
                wrong = impossible_prices(conn, tables, plan.months.start, plan.months.end)
                return _refused(wrong or [str(error)])
    except DATABASE_ERRORS as error:
        return _refused([str(error)])
    prices = Line("prices", "ok", "; ".join([str(plan), *plan.notes]))
    return Looked([prices, *looked.lines], looked.deviations)


def _refused(problems: Iterable[str]) -> Looked:
    return Looked([Line("prices", "failed", problem) for problem in problems], {})


def _look(conn: Connection, tables: PriceTables, months: MonthRange) -> Looked:
    found: list[tuple[str, Doubt]] = []
    sizes: list[Deviation] = []
    all_months = list(months)
    there = months_with_bars(conn, tables, all_months)
    found += [(empty_months.NAME, doubt) for doubt in empty_months.doubts(all_months, there)]
    full = [month for month, pairs in zip(all_months, there.T, strict=True) if pairs.any()]
    tail: Tail | None = None
    for panel in _panels(conn, tables, full):
        part = Part.of(panel, tail)
        tail = part.tail
        found += checks.doubts_about(part)
        sizes += deviations(part)
    return Looked(checks.table(found), worst_months(sizes))


def _panels(conn: Connection, tables: PriceTables, months: Sequence[Month]) -> Iterator[Panel]:
    """Yield the prices part by part; the next one is read while this one is looked at."""
    parts = _parts(months, expected_bars(conn, tables, months))
    with ThreadPoolExecutor(1) as reader:
        coming = [reader.submit(_read, conn, tables, *part) for part in parts[:1]]
        for part in [*parts[1:], None]:
            panel = coming.pop().result() if coming else None
            if part is not None:
                coming.append(reader.submit(_read, conn, tables, *part))
            if panel is not None:
                yield panel


def _read(conn: Connection, tables: PriceTables, first: Month, last: Month) -> Panel:
    panel, _ = read_panel(conn, tables, start_of(first), start_of(last + 1), 0)
    return panel


def _parts(months: Sequence[Month], bars: dict[Month, float]) -> list[tuple[Month, Month]]:
    """Put months together until they have enough bars; a gap of months ends a part as well."""
    parts: list[tuple[Month, Month]] = []
    so_far = np.inf
    for month in months:
        if so_far >= _FEWEST_BARS or month - parts[-1][1] > np.timedelta64(1, "M"):
            parts.append((month, month))
            so_far = 0.0
        else:
            parts[-1] = (parts[-1][0], month)
        so_far += bars[month]
    return parts
