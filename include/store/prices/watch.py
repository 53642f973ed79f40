"""Watches the price tables: triggers note which months change, so that unchanged prices need no reading.

Why this is sound: a note and the change that it tells of are one transaction, and `seen` is a snapshot from
before the prices were read. A transaction that `seen` does not show may have come too late to be read, so the
months that it noted are read again. What bypasses the triggers changes the *watch*, or keeps the table from
being watched, and what was read under another watch is not relied on: docs/explanation/recompute.md goes
through what there is.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import LiteralString

import psycopg
from psycopg import Connection

from include.store.prices.tables import PriceTables
from include.store.prices.triggers import Table, TableInUseError, look, put

log = logging.getLogger(__name__)

UNCHANGED: LiteralString = (
    "not exists (select from tier1.price_change c where not pg_visible_in_snapshot(c.xid, {seen})"
    " and (c.month between {first} and {last} or c.month = '-infinity'))"
)
"""A condition for a where clause: the months from {first} to {last} have the prices that {seen} shows.

To be filled in with the names of columns: {seen} a `pg_snapshot`, {first} and {last} dates. The condition
holds as long as no transaction that the snapshot does not show has noted a change in these months.
"""


def ensure_watch(conn: Connection, tables: PriceTables) -> str | None:
    """Put the triggers on the tables that `./tier1 load` has made, where they are missing and we may.

    Nothing is put on tables of other people's, nor where it would be of no use: all 28 have to be watched.

    Returns:
        The watch: a fingerprint that changes as soon as changes of prices may have gone unnoticed. None where
        not all tables are watched.
    """
    found = look(conn, tables)
    missing = [table for table in found if table.fingerprint is None]
    if missing and all(table.is_ours and not table.obstacle for table in missing):
        try:
            for table in missing:
                put(conn, tables, table.pair)
        except (psycopg.Error, TableInUseError) as error:  # mostly a right that is missing
            log.info("The price tables cannot be watched, so prices are read to find what changed: %s", error)
            return None
        found = look(conn, tables)
    elif missing:
        log.info(
            "Not all price tables are watched, so prices are read to find what changed: see "
            "./tier1 watch status"
        )
    return _watch_of(found)


def present_watch(conn: Connection, tables: PriceTables) -> str | None:
    """Return the watch as it is, without putting triggers: None where not all tables are watched."""
    return _watch_of(look(conn, tables))


def snapshot(conn: Connection) -> str:
    """Return the snapshot of now: whatever is read after this call is of this snapshot or a later one."""
    (seen,) = conn.execute("select pg_current_snapshot()::text").fetchone() or ("",)
    return seen


def _watch_of(found: Sequence[Table]) -> str | None:
    fingerprints = {table.pair: table.fingerprint for table in found}
    if None in fingerprints.values():
        return None
    return hashlib.sha256(json.dumps(fingerprints, sort_keys=True).encode()).hexdigest()
