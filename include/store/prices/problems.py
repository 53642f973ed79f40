"""Problems of the prices, found before anything is started; each names table, time and value."""

from collections.abc import Collection
from datetime import datetime

from psycopg import Connection, sql

from include.market import PAIRS
from include.months import Month
from include.store.prices.facts import KINDS, TableFacts
from include.store.prices.tables import PriceTables


def problems_with_times(
    conn: Connection, tables: PriceTables, facts: Collection[TableFacts], first: datetime, end: datetime
) -> list[str]:
    """Find times from `first` to `end` that occur twice; a unique index on the time column rules them out."""
    found = []
    for table in facts:
        if table.has_one_bar_at_a_time(tables.time_column):
            continue
        query = sql.SQL(
            "select {time}::timestamptz, count(*) from {table} where {time} >= %s and {time} < %s"
            " and {close} is not null group by {time} having count(*) > 1 order by 1 limit 1"
        ).format(
            table=tables.table(table.pair),
            time=sql.Identifier(tables.time_column),
            close=sql.Identifier(tables.close_column),
        )
        twice = conn.execute(query, [first, end]).fetchone()
        if twice is not None:
            found.append(f"{table.name} has {twice[1]} bars at {twice[0]}: {_one_bar_at_a_time(table)}")
    return found


def _one_bar_at_a_time(table: TableFacts) -> str:
    if table.children:
        return f"it also shows those of {', '.join(table.children)}; remove the duplicates"
    if table.kind in "rp":
        return (
            "remove the duplicates and add a primary key, or set TIER1_PRICE_TABLE to views that choose one"
        )
    return f"it is {KINDS[table.kind]}; let it show one"


def pairs_without_bars(conn: Connection, tables: PriceTables, start: datetime, end: datetime) -> list[str]:
    """Find pairs without a bar from `start` to `end`; from the ends of indexes."""
    empty = tables.for_each(
        "select {k} where not exists (select from {table}"
        " where {time} >= %(start)s and {time} < %(end)s and {close} is not null)"
    )
    return [
        f"{tables.name(PAIRS[k])} has no rows from {start:%Y-%m-%d} to {end:%Y-%m-%d}: load {PAIRS[k]}, or "
        "choose other months"
        for (k,) in conn.execute(empty, {"start": start, "end": end}).fetchall()
    ]


def impossible_prices(conn: Connection, tables: PriceTables, first: datetime, end: datetime) -> list[str]:
    """Find prices from `first` to `end` that are not positive and finite: the first one of each table."""
    wrong = tables.for_each(
        "select {k}, min({time})::timestamptz::text, count(*), (array_agg({close}::text order by {time}))[1]"
        " from {table}"
        " where {time} >= %(first)s and {time} < %(end)s"
        " and not ({close} > 0 and {close}::double precision < 'infinity') having count(*) > 0"
    )
    return [
        f"{tables.name(PAIRS[k])} at {at}: {tables.close_column} is {value} ({count} such bars): "
        "a price is positive and finite, correct or delete the bar"
        for k, at, count, value in conn.execute(wrong, {"first": first, "end": end}).fetchall()
    ]


def problems_with_range(history: tuple[Month, Month], first: Month, last: Month) -> list[str]:
    """Tell whether some of the months lie outside of the loaded history."""
    if history[0] <= first and last <= history[1]:
        return []
    return [
        f"no rows in part of {first} .. {last}: the loaded history is {history[0]} .. {history[1]}; "
        "choose months in it, or load more"
    ]


def times_of_no_month(conn: Connection, tables: PriceTables) -> list[str]:
    """Find bars before 1900 or after 2099, one of each table; from the ends of an index."""
    bars = "select {time} as ts from {table} where {close} is not null and {time} is not null"
    # each end by itself: an index has it at once, whatever the planner thinks of the table
    outside = tables.for_each(
        "select {k}, coalesce("  # noqa: S608 - all of it is ours
        f" (select ts::text from ({bars} order by 1 limit 1) first where ts < '1900-01-01'),"
        f" (select ts::text from ({bars} order by 1 desc limit 1) last where ts >= '2100-01-01'))"
    )
    return [
        f"{tables.name(PAIRS[k])} has a bar at {at}, outside of the years 1900 to 2099: correct or delete it"
        for k, at in conn.execute(outside).fetchall()
        if at is not None
    ]
