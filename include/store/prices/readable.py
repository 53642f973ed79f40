"""Whether the 28 price tables can be read, whatever they are, and what a person should know of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import psycopg
from psycopg import Column, Connection, errors, sql
from psycopg.postgres import types

from include.market import PAIRS
from include.store.prices.facts import KINDS, TableFacts, facts_of, named_alike
from include.store.prices.problems import times_of_no_month
from include.store.prices.tables import PriceTables

_ZONED = types["timestamptz"].oid
_TIMES = {_ZONED, types["timestamp"].oid, types["date"].oid}
_NUMBERS = {types[name].oid for name in ("float8", "float4", "numeric", "int2", "int4", "int8")}
_DIGITS_OF_A_PIP = 4
_OTHER_CASE = "upper and lower case count"
NO_PRICES = (
    "there are no prices: table {table} is missing, and so are those of the other {others} pairs. Load "
    "yours, for a first try those of the European Central Bank (./tier1 load ecb), or set TIER1_PRICE_TABLE"
)
_WITHOUT = "or set TIER1_PRICE_TABLE to views that do"


@dataclass(slots=True)
class Found:
    """What the tables are.

    Attributes:
        problems: why they cannot be read; empty = all is well.
        notes: what is taken for granted of them, or lost in them.
        facts: what is known of those that are there.
    """

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: list[TableFacts] = field(default_factory=list)


def look_at_tables(conn: Connection, tables: PriceTables) -> Found:
    """Find missing tables and columns, wrong types, and what cannot be read; all of it at once."""
    found, missing, notes = Found(), list[str](), list[tuple[str, str]]()
    with conn.transaction():
        for pair in PAIRS:
            table = facts_of(conn, tables, pair)
            if table is None:
                missing.append(_missing(conn, tables, pair))
                continue
            found.facts.append(table)
            problems, of_table = look_at_table(conn, tables, table)
            found.problems += problems
            notes += [(note, table.name) for note in of_table]
        if not found.problems and not missing:
            found.problems += times_of_no_month(conn, tables)
    if len(missing) == len(PAIRS) and not any(_OTHER_CASE in it for it in missing):
        missing = [NO_PRICES.format(table=tables.name(PAIRS[0]), others=len(PAIRS) - 1)]
    found.problems[:0] = missing
    found.notes = list(_each_once(notes))
    return found


def _missing(conn: Connection, tables: PriceTables, pair: str) -> str:
    missing = f"table {tables.name(pair)} is missing: load {pair}, or set TIER1_PRICE_TABLE"
    other = named_alike(conn, tables, pair)
    if other is None:
        return missing
    upper = f"{_OTHER_CASE}, and {{PAIR}} stands for {pair.upper()}"
    return f"{missing}; there is {other}: {upper}"


def look_at_table(conn: Connection, tables: PriceTables, table: TableFacts) -> tuple[list[str], list[str]]:
    """Return why the table's bars cannot be read, and what should be known of them where they can."""
    time, close = tables.time_column, tables.close_column
    settings = {time: "TIER1_TIME_COLUMN", close: "TIER1_CLOSE_COLUMN"}
    lacking = [
        f"{table.name} has no column {column}: set {setting}, it has {', '.join(table.columns)}"
        for column, setting in settings.items()
        if column not in table.columns
    ]
    if lacking:
        return lacking, []
    # no rows, but as a stage reads them: a view or a foreign table may need more than rights on itself
    query = sql.SQL("select {}, {} from {} limit 0").format(
        sql.Identifier(time), sql.Identifier(close), tables.table(table.pair)
    )
    try:
        with conn.transaction():
            of_time, of_close = conn.execute(query).description or []
    except psycopg.Error as error:
        return [_unreadable(conn, table, error)], []
    problems = list(_problems_with_types(tables, table, of_time, of_close))
    if table.hides_rows:
        user = conn.info.user
        problems.append(
            f"{table.name} has row-level security, which may hide bars from {user} without a word: alter "
            f"role {user} bypassrls, or give it a policy for select using (true)"
        )
    return problems, list(_notes_on_types(tables, table, of_time, of_close))


def _unreadable(conn: Connection, table: TableFacts, error: psycopg.Error) -> str:
    why = str(error).strip().splitlines()[0]
    if isinstance(error, errors.InsufficientPrivilege):
        schema = table.name.split(".")[0]
        return (
            f"table {table.name} may not be read by {conn.info.user}: grant usage on schema {schema} and "
            f"select on the table, docs/how-to/database-roles.md ({why})"
        )
    return f"{table.name} is {KINDS[table.kind]} that cannot be read: {why}"


def _problems_with_types(
    tables: PriceTables, table: TableFacts, of_time: Column, of_close: Column
) -> Iterator[str]:
    """Judge the types as they are sent: of a domain, the type below it."""
    time, close = tables.time_column, tables.close_column
    if of_time.type_code not in _TIMES:
        yield f"{table.name}.{time} is {table.columns[time].type}, no time: make it timestamptz, {_WITHOUT}"
    if of_close.type_code not in _NUMBERS:
        yield f"{table.name}.{close} is {table.columns[close].type}: make it double precision, {_WITHOUT}"


def _notes_on_types(
    tables: PriceTables, table: TableFacts, of_time: Column, of_close: Column
) -> Iterator[str]:
    if of_time.type_code != _ZONED:
        yield f"{tables.time_column} is {table.columns[tables.time_column].type}, read as UTC"
    if of_close.type_code == types["float4"].oid:
        yield f"{tables.close_column} is real, which keeps 7 digits of a price"
    needed = _DIGITS_OF_A_PIP - 2 * table.pair.endswith("jpy")
    if of_close.scale is not None and of_close.scale < needed:
        yield f"{tables.close_column} has {of_close.scale} decimals, fewer than a pip has"


def _each_once(notes: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Say each thing once, of the first table and how many more."""
    names: dict[str, list[str]] = {}
    for note, name in notes:
        names.setdefault(note, []).append(name)
    for note, (first, *others) in names.items():
        yield f"{first}{f' and {len(others)} more' if others else ''}: {note}"
