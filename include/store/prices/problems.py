"""Problems of the price tables, found before anything is started; each names table, time and value."""

from datetime import datetime

from psycopg import Connection, sql

from include.market import PAIRS
from include.months import Month
from include.store.prices.tables import PriceTables

_NUMERIC = ("double precision", "real", "numeric")


def problems_with_tables(conn: Connection, tables: PriceTables) -> list[str]:
    """Find missing tables and columns, wrong types, times that occur twice; an empty list = all is well."""
    found = []
    for pair in PAIRS:
        schema, table = tables.name(pair).split(".")
        types = dict(
            conn.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = %s and table_name = %s",
                [schema, table],
            ).fetchall()
        )
        if not types and _is_there(conn, schema, table):  # columns that a role may not read are not told
            found.append(
                f"table {schema}.{table} may not be read by {conn.info.user}: grant usage on schema {schema} "
                "and select on the table, docs/how-to/database-roles.md"
            )
            continue
        found += _problems_with_columns(tables, pair, types) or _problems_with_times(conn, tables, pair)
    return found


def _is_there(conn: Connection, schema: str, table: str) -> bool:
    query = (
        "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relname = %s"
    )
    return conn.execute(query, [schema, table]).fetchone() is not None


def _problems_with_columns(tables: PriceTables, pair: str, types: dict[str, str]) -> list[str]:
    name, time, close = tables.name(pair), tables.time_column, tables.close_column
    if not types:
        return [f"table {name} is missing: load {pair}, or set TIER1_PRICE_TABLE"]
    problems = []
    if time not in types:
        problems.append(f"{name} has no column {time}: set TIER1_TIME_COLUMN, it has {', '.join(types)}")
    elif types[time] != "timestamp with time zone":
        problems.append(
            f"{name}.{time} is {types[time]}: times without a zone are ambiguous, make it timestamptz"
        )
    if close not in types:
        problems.append(f"{name} has no column {close}: set TIER1_CLOSE_COLUMN, it has {', '.join(types)}")
    elif types[close] not in _NUMERIC:
        problems.append(f"{name}.{close} is {types[close]}: make it double precision")
    return problems


def _problems_with_times(conn: Connection, tables: PriceTables, pair: str) -> list[str]:
    """Find a time that occurs twice; a unique index on the time column proves that there is none."""
    unique = conn.execute(
        "select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"
        " where i.indrelid = %s::regclass and i.indisunique and i.indisvalid and i.indpred is null"
        " and i.indnkeyatts = 1 and a.attname = %s",
        [tables.table(pair).as_string(conn), tables.time_column],
    ).fetchone()
    if unique is not None:
        return []
    twice = conn.execute(
        sql.SQL(
            "select {time}, count(*) from {table} group by 1 having count(*) > 1 order by 1 limit 1"
        ).format(table=tables.table(pair), time=sql.Identifier(tables.time_column))
    ).fetchone()
    if twice is None:
        return []
    return [
        f"{tables.name(pair)} has {twice[1]} bars at {twice[0]}: remove the duplicates and add a primary key"
    ]


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
        "select {k}, min({time})::text, count(*), (array_agg({close} order by {time}))[1] from {table}"
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
