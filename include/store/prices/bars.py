"""How many bars a month has, about, without counting them."""

from collections.abc import Collection
from datetime import datetime

from psycopg import Connection, sql

from include.market import PAIRS
from include.months import Month, start_of
from include.store.prices.tables import PriceTables


def expected_bars(conn: Connection, tables: PriceTables, months: Collection[Month]) -> dict[Month, float]:
    """Return about how many bars each month has: as if those of the fullest table lay evenly in its history.

    It asks PostgreSQL's planner how many rows a table has, which takes no longer for a long history, and does
    not depend on whether the table was ever analyzed.
    """
    rows, fullest = max((_planned_rows(conn, tables, pair), pair) for pair in PAIRS)
    extent = _extent(conn, tables, fullest)
    if extent is None:
        return dict.fromkeys(months, 0.0)
    first, last = extent
    whole = max((last - first).total_seconds(), 1.0)
    return {month: rows * _seconds_in(month, first, last) / whole for month in months}


def _planned_rows(conn: Connection, tables: PriceTables, pair: str) -> float:
    query = sql.SQL("explain (format json) select from {}").format(tables.table(pair))
    [(plan,)] = conn.execute(query).fetchall()
    return plan[0]["Plan"]["Plan Rows"]


def _extent(conn: Connection, tables: PriceTables, pair: str) -> tuple[datetime, datetime] | None:
    ends = sql.SQL(
        "select (select min({time})::timestamptz from {table} where {time} > '-infinity'),"
        " (select max({time})::timestamptz from {table} where {time} < 'infinity')"
    ).format(time=sql.Identifier(tables.time_column), table=tables.table(pair))
    found = conn.execute(ends).fetchone()
    return None if found is None or found[0] is None else found


def _seconds_in(month: Month, first: datetime, last: datetime) -> float:
    """Return how much of the time from `first` to `last` lies in the month."""
    return max((min(last, start_of(month + 1)) - max(first, start_of(month))).total_seconds(), 0.0)
