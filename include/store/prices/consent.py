"""Whose price tables they are, whether our triggers are on them, and what each choice costs.

Triggers go by themselves only onto tables that `./tier1 load` has made: other people are asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from include.settings import Settings
from include.store.connection import connect
from include.store.prices.tables import price_tables
from include.store.prices.triggers import Table, look, put, take_away
from include.store.schema import ensure_schema

READING = "a run reads all prices of its months to see what has changed: about 0.3 s a month and stage"
TRIGGERS = (
    "triggers note which months change, so that a run reads no prices to know: a statement on a price table "
    "takes about 0.2 ms more, a bulk load 1.3 times as long"
)


@dataclass(frozen=True, slots=True)
class Watch:
    """How the price tables are watched.

    Attributes:
        is_on: whether a run can rely on it.
        found: what is the case, and what it costs.
        what_to_do: how to have it the other way.
        tables: the 28.
    """

    is_on: bool
    found: str
    what_to_do: str
    tables: Sequence[Table]


def watch_status(url: str, settings: Settings) -> Watch:
    """Tell how the price tables are watched; only read.

    Raises:
        DatabaseUnreachableError: the feature database cannot be reached, or the connection was lost.
    """
    with connect(url) as conn:
        return _status(look(conn, price_tables(settings)), settings)


def _status(found: list[Table], settings: Settings) -> Watch:
    missing = [table for table in found if table.fingerprint is None]
    obstacles = [table for table in missing if table.obstacle]
    of_others = [table for table in missing if not table.is_ours]
    not_ours_to_put = [table for table in missing if table.belongs_to]
    is_on, what_to_do = False, ""
    if not settings.watch_prices:
        said = f"off, TIER1_WATCH_PRICES is false: {READING}"
    elif not missing:
        is_on, what_to_do = True, "./tier1 watch off takes them away"
        said = f"on, {TRIGGERS}"
    elif obstacles:
        said = f"off, {obstacles[0].name} {obstacles[0].obstacle}{_and_more(obstacles)}: {READING}"
    elif not_ours_to_put:
        owner = not_ours_to_put[0].belongs_to
        what_to_do = f"./tier1 watch on, as a role with the rights of {owner} and of schema tier1's owner"
        said = f"off, {not_ours_to_put[0].name} belongs to {owner}{_and_more(not_ours_to_put)}: {READING}"
    elif not of_others:
        what_to_do = "./tier1 watch off, if you would rather not"
        said = f"on from the next stage on, as ./tier1 load has made the tables: {TRIGGERS}"
    elif any(table.triggers for table in missing):
        what_to_do = "./tier1 watch on renews them, ./tier1 watch off takes them away"
        said = f"off, not all triggers are there as this version puts them: {READING}"
    else:
        what_to_do = f"./tier1 watch on puts them there: {TRIGGERS}"
        said = (
            f"off, nothing is put on tables that ./tier1 load has not made, {of_others[0].name}"
            f"{_and_more(of_others)}: {READING}"
        )
    return Watch(is_on, said, what_to_do, found)


def watch_on(conn: Connection, settings: Settings) -> None:
    """Put the triggers on all 28 tables, whoever has made them.

    Raises:
        ValueError: they would be of no use, or somebody uses a table; the message says which.
    """
    if not settings.watch_prices:
        raise ValueError("TIER1_WATCH_PRICES is false, so nothing would rely on the triggers: unset it first")
    tables = price_tables(settings)
    for table in look(conn, tables):
        if table.obstacle:
            raise ValueError(
                f"{table.name} {table.obstacle}: triggers cannot tell all of its changes, and none were put "
                "on the other tables. Prices are read instead."
            )
    ensure_schema(conn)
    for table in look(conn, tables):
        put(conn, tables, table.pair)


def watch_off(conn: Connection, settings: Settings) -> list[str]:
    """Take all our triggers away, and put none by ourselves any more; return the tables that had some.

    Raises:
        TableInUseError: somebody uses a table.
    """
    return take_away(conn, price_tables(settings))


def _and_more(tables: Sequence[Table]) -> str:
    return f" (and {len(tables) - 1} more)" if len(tables) > 1 else ""
