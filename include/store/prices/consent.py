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
    "takes about 0.3 ms more, a bulk load 1.3 times as long"
)


@dataclass(frozen=True, slots=True)
class Watch:
    """How the price tables are watched.

    Attributes:
        found: on or off, why, and what it costs.
        what_to_do: how to have it the other way; empty where there is none.
    """

    found: str
    what_to_do: str = ""


def watch_status(url: str, settings: Settings) -> tuple[Watch, list[Table]]:
    """Tell how the price tables are watched, and what there is to say of each; only read.

    Raises:
        DatabaseUnreachableError: the feature database cannot be reached, or the connection was lost.
    """
    with connect(url) as conn:
        found = look(conn, price_tables(settings))
    return _status(found, watch_prices=settings.watch_prices), found


def _status(found: Sequence[Table], *, watch_prices: bool) -> Watch:
    missing = [table for table in found if table.fingerprint is None]
    if not watch_prices:
        return Watch(f"off, TIER1_WATCH_PRICES is false: {READING}")
    if not missing:
        return Watch(f"on, {TRIGGERS}", "./tier1 watch off takes them away")
    if some := [table for table in missing if table.obstacle]:
        return Watch(f"off, {some[0].name} {some[0].obstacle}{_and_more(some)}: {READING}")
    return _not_put(missing)


def _not_put(missing: Sequence[Table]) -> Watch:
    """Say why triggers that could be there are not."""
    some = [table for table in missing if table.belongs_to]
    if some:
        owner = some[0].belongs_to
        return Watch(
            f"off, {some[0].name} belongs to {owner}{_and_more(some)}: {READING}",
            f"./tier1 watch on, as a role with the rights of {owner} and of schema tier1's owner: {TRIGGERS}",
        )
    some = [table for table in missing if not table.is_ours]
    if not some:
        return Watch(
            f"on from the next stage on, as ./tier1 load has made the tables: {TRIGGERS}",
            "./tier1 watch off, if you would rather not",
        )
    if any(table.triggers for table in missing):
        return Watch(
            f"off, not all triggers are there as this version puts them: {READING}",
            f"./tier1 watch on renews them, ./tier1 watch off takes them away: {TRIGGERS}",
        )
    return Watch(
        f"off, no triggers on {some[0].name}{_and_more(some)}, as nothing is put unasked on tables "
        f"that ./tier1 load has not made, nor after ./tier1 watch off: {READING}",
        f"./tier1 watch on: {TRIGGERS}",
    )


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
                f"{table.name} {table.obstacle}, so triggers would be of no use: none were put on any table. "
                "Prices are read instead."
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
