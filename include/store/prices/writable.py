"""Whether bars can be loaded into a table that is there; said before anything is written."""

from collections.abc import Iterator
from itertools import chain

from psycopg import Connection

from include.store.prices.facts import KINDS, TableFacts, other_thing
from include.store.prices.readable import look_at_table
from include.store.prices.tables import PriceTables

NOTHING = "Nothing was loaded."
_ELSEWHERE = {
    "v": "load into the table that it shows, with TIER1_PRICE_TABLE for this command",
    "m": "load into the table that it is made of, with TIER1_PRICE_TABLE for this command, and refresh it",
    "f": "load where its rows are, with the TIER1_DATABASE_URL of that server",
}


def require_loadable(conn: Connection, tables: PriceTables, table: TableFacts) -> None:
    """Refuse a table that bars cannot be loaded into.

    Raises:
        ValueError: names the table, what it is, and what to do.
    """
    problems, _ = look_at_table(conn, tables, table)
    for problem in chain(problems, _problems_with_writing(conn, tables, table)):  # the first one
        raise ValueError(f"{problem}. {NOTHING}")


def require_free_name(conn: Connection, tables: PriceTables, pair: str) -> None:
    """Refuse to make a table whose name something else has.

    Raises:
        ValueError: names it, and what to do.
    """
    what = other_thing(conn, tables, pair)
    if what is not None:
        raise ValueError(
            f"{tables.name(pair)} is {what}, so no table can be made. {NOTHING} Rename it, or set "
            "TIER1_PRICE_TABLE"
        )


def _problems_with_writing(conn: Connection, tables: PriceTables, table: TableFacts) -> Iterator[str]:
    name, time = table.name, tables.time_column
    if table.kind in _ELSEWHERE:
        yield f"{name} is {KINDS[table.kind]}, which bars cannot be loaded into: {_ELSEWHERE[table.kind]}"
        return
    if table.children:
        yield (
            f"{name} also shows the rows of {', '.join(table.children)}, which inherit from it: a bar of "
            "theirs would be there twice. Load into these, with TIER1_PRICE_TABLE for this command, or "
            "make it a partitioned table"
        )
    if table.rules:
        yield (
            f"{name} has rules that rewrite what is written ({', '.join(table.rules)}): load into the table "
            "that they write to, or make them triggers"
        )
    for column in (time, tables.close_column):
        if table.columns[column].is_made:
            yield (
                f"{name}.{column} is a generated column, which cannot be written: load what it is made from "
                "with a program of your own"
            )
    if time not in table.keys:
        yield f"{name} {_without_key(tables, table)}"
    if not (table.columns[time].may_insert and table.columns[tables.close_column].may_update):
        yield (
            f"{name} may not be written by {conn.info.user}: grant insert and update on the table, "
            "docs/how-to/database-roles.md"
        )


def _without_key(tables: PriceTables, table: TableFacts) -> str:
    time, quoted = tables.time_column, ".".join(f'"{part}"' for part in table.name.split("."))
    has = f"has the key ({table.keys[0]}), but none" if table.keys else "has no key"
    return (
        f"{has} on {time} alone that holds at once and for all rows, so that a time might get two bars: "
        f'alter table {quoted} add unique ("{time}")'
    )
