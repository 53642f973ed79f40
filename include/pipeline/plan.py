"""What a run is going to do, settled and checked before anything is touched."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from include.months import Month, MonthRange, month_of, parse_month
from include.pipeline.options import options_from
from include.settings import Settings
from include.stages import STAGES
from include.store.connection import DATABASE_ERRORS, Connection, DatabaseUnreachableError, connect
from include.store.features.base import problems_with_base
from include.store.prices import problems as price_checks
from include.store.prices.readable import look_at_tables
from include.store.prices.reading import look_back_start, whole_history
from include.store.prices.tables import price_tables


@dataclass(frozen=True, slots=True)
class Plan:
    """The months of a run, or the reasons why there can be none.

    Attributes:
        months: the months; None where they could not be settled.
        problems: what would stop the stages, and what to do about each; empty = all is well.
        notes: what is taken for granted of the price tables.
    """

    months: MonthRange | None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the range, for people."""
        return "no months" if self.months is None else f"{self.months}: {len(self.months)} months"


def make_plan(
    url: str, settings: Settings, start_month: str | None, end_month: str | None, *, is_checked: bool = False
) -> Plan:
    """Settle the months and look for everything that would stop the stages; only read.

    By default all months that are loaded and over: one that still grows would look different to each stage.

    Args:
        url: the feature database.
        settings: where the prices are, and how a feature is computed.
        start_month: the first month, YYYY-MM; None or empty = the first loaded one.
        end_month: the last month, included; None or empty = the last loaded one that is over.
        is_checked: whether `check_prices` comes next: it reads all prices of the months, so this does not.

    Returns:
        The plan, with all problems at once.
    """
    try:
        first, last = (parse_month(text) if text else None for text in (start_month, end_month))
    except ValueError as error:
        return Plan(None, [str(error)])
    try:
        with connect(url) as conn:
            return _plan_in_database(conn, settings, first, last, is_checked=is_checked)
    except DatabaseUnreachableError as error:
        return Plan(None, [str(error)])
    except DATABASE_ERRORS as error:  # such as no right to read a table
        why = str(error).strip().splitlines()[0]
        return Plan(
            None, [f"the prices cannot be read: {why}. docs/how-to/database-roles.md has the rights."]
        )


def _plan_in_database(
    conn: Connection, settings: Settings, first: Month | None, last: Month | None, *, is_checked: bool
) -> Plan:
    tables = price_tables(settings)
    found = look_at_tables(conn, tables)
    if found.problems:
        return Plan(None, found.problems)
    plan = settle_months(conn, settings, first, last)
    if plan.months is None or plan.problems:
        return plan
    look_back = max(stage.look_back(options_from(settings)) for stage in STAGES)
    start, end = plan.months.start, plan.months.end
    since = look_back_start(conn, tables, start, look_back)
    problems = price_checks.problems_with_times(conn, tables, found.facts, since, end)
    problems += price_checks.pairs_without_bars(conn, tables, start, end)
    problems += price_checks.impossible_prices(conn, tables, since, start if is_checked else end)
    if not problems:
        problems = problems_with_base(conn, tables, settings.base_time, settings.max_stale_bars)
    return Plan(plan.months, problems, found.notes)


def settle_months(conn: Connection, settings: Settings, first: Month | None, last: Month | None) -> Plan:
    """Settle the months as `make_plan` does, and soon: no price is read, so that one may stop the stages yet.

    Args:
        conn: the feature database.
        settings: where the prices are.
        first: the first month; None = the first loaded one.
        last: the last month, included; None = the last loaded one that is over.
    """
    tables = price_tables(settings)
    history = whole_history(conn, tables)
    if history is None:
        empty = "the price tables are empty: load prices first, for example with ./tier1 load FILE"
        return Plan(None, look_at_tables(conn, tables).problems or [empty])
    try:
        months = MonthRange(first or history[0], last or _last_full(history))
    except ValueError as error:
        return Plan(None, [str(error)])
    return Plan(months, price_checks.problems_with_range(history, months.first, months.last))


def _last_full(history: tuple[Month, Month]) -> Month:
    """Return the last loaded month that is over; where none is, the first one."""
    over = month_of(datetime.now(UTC)) - 1
    return max(history[0], min(history[1], over))
