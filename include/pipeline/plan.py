"""What a run is going to do, settled and checked before anything is touched."""

from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import Connection

from include.months import Month, month_of, month_range, parse_month, start_of
from include.pipeline.run_stage import longest_look_back
from include.settings import Settings
from include.store.connection import DatabaseUnreachableError, connect
from include.store.features.base import problems_with_base
from include.store.prices import problems as price_checks
from include.store.prices.reading import whole_history
from include.store.prices.tables import price_tables


@dataclass(frozen=True, slots=True)
class Plan:
    """The months of a run, or the reasons why there can be none."""

    months: list[Month]
    problems: list[str]

    def __str__(self) -> str:
        """The range, for people."""
        return f"{self.months[0]} .. {self.months[-1]}: {len(self.months)} months"


def as_texts(months: list[Month]) -> dict[str, str]:
    """Months as plain values: the first and the last, and the half-open interval of time that they cover."""
    return {
        "first_month": str(months[0]),
        "last_month": str(months[-1]),
        "start": start_of(months[0]).isoformat(),
        "end": start_of(months[-1] + 1).isoformat(),
    }


def make_plan(url: str, settings: Settings, start_month: str | None, end_month: str | None) -> Plan:
    """Settle the months and look for everything that would stop the stages.

    By default all months that are loaded and over: one that still grows would look different to each stage.

    Reads only. All problems at once, each with what to do about it.
    """
    try:
        months = [parse_month(text) if text else None for text in (start_month, end_month)]
    except ValueError as error:
        return Plan([], [str(error)])
    try:
        with connect(url) as conn:
            return _plan_in_database(conn, settings, *months)
    except DatabaseUnreachableError as error:
        return Plan([], [str(error)])


def _plan_in_database(conn: Connection, settings: Settings, first: Month | None, last: Month | None) -> Plan:
    tables = price_tables(settings)
    problems = price_checks.problems_with_tables(conn, tables)
    if problems:
        return Plan([], problems)
    history = whole_history(conn, tables)
    if history is None:
        return Plan([], ["the price tables are empty: load prices first, for example with ./tier1 load FILE"])
    first, last = first or history[0], last or _last_full(history)
    try:
        months = month_range(first, last)
    except ValueError as error:
        return Plan([], [str(error)])
    problems = price_checks.problems_with_range(history, first, last)
    if not problems:
        bounds = start_of(first), start_of(last + 1)
        problems = price_checks.problems_with_prices(conn, tables, *bounds, longest_look_back(settings))
    if not problems:
        problems = problems_with_base(conn, tables, settings.base_time, settings.max_stale_bars)
    return Plan(months, problems)


def _last_full(history: tuple[Month, Month]) -> Month:
    over = month_of(datetime.now(UTC)) - 1
    return max(history[0], min(history[1], over))
