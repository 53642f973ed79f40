"""Watches the price tables: triggers note which months change, so that unchanged prices need no reading.

Why this is sound: a note and the change that it tells of are one transaction, and `seen` is a snapshot from
before the prices were read. A transaction that `seen` does not show may have come too late to be read, so the
months that it noted are read again. Whatever bypasses the triggers changes the *watch*, and what was read
under another watch is not relied on: tables that are swapped, rewritten or truncated, triggers that were
dropped or switched off for a while, the database restored elsewhere.
"""

import hashlib
import json
import logging
from typing import LiteralString

from psycopg import Connection, errors, sql

from include.market import PAIRS
from include.store.connection import transaction_without_disk_wait
from include.store.prices.tables import PriceTables

log = logging.getLogger(__name__)

_WATCH_LOCK = 0x7133
_LOCK_TIMEOUT = "2s"  # to create a trigger waits for those who write to the table, and others behind it

UNCHANGED: LiteralString = (
    "not exists (select from tier1.price_change c where not pg_visible_in_snapshot(c.xid, {seen})"
    " and (c.month between {first} and {last} or c.month = '-infinity'))"
)
"""A condition for a where clause: the months from {first} to {last} have the prices that {seen} shows.

To be filled in with the names of columns: {seen} a `pg_snapshot`, {first} and {last} dates. The condition
holds as long as no transaction that the snapshot does not show has noted a change in these months.
"""

# Left out are tables whose rows can change without their own triggers: partitions and their parents,
# subscribers of a logical replication, tables that a crash empties. ENABLE ALWAYS ('A') tells a trigger that
# was on all the time from one that `alter table ... enable trigger all` has switched on again.
_TABLES = """
select wanted.k::integer - 1, case when triggers.count = 4 then md5(concat_ws(
    ' ', c.oid, c.relfilenode, triggers.told, columns.told,
    'tier1.price_change'::regclass::oid, pg_relation_filenode('tier1.price_change'),
    (select p.xmin from pg_proc p where p.oid = 'tier1.note_price_change'::regproc),
    (select d.oid from pg_database d where d.datname = current_database()),
    (select system_identifier from pg_control_system())
)) end
from unnest(%(tables)s::text[]) with ordinality as wanted (name, k)
join pg_class c on c.oid = to_regclass(wanted.name)
cross join lateral (
    select count(*), string_agg(concat_ws(' ', t.oid, t.xmin), ' ' order by t.oid) as told
    from pg_trigger t
    where t.tgrelid = c.oid and t.tgfoid = 'tier1.note_price_change'::regproc and t.tgenabled = 'A'
    and t.tgargs = convert_to(%(time)s, 'UTF8') || decode('00', 'hex')
) triggers
cross join lateral (
    select string_agg(concat_ws(' ', a.attname, a.attnum, a.xmin), ' ' order by a.attnum) as told
    from pg_attribute a where a.attrelid = c.oid and a.attname in (%(time)s, %(close)s)
) columns
where c.relkind = 'r' and c.relpersistence = 'p' and not c.relispartition and not c.relhassubclass
and not exists (select from pg_subscription_rel s where s.srrelid = c.oid)"""

_TRIGGERS: dict[LiteralString, LiteralString] = {
    "insert": "referencing new table as new_rows",
    "update": "referencing old table as old_rows new table as new_rows",
    "delete": "referencing old table as old_rows",
    "truncate": "",
}


def ensure_watch(conn: Connection, tables: PriceTables) -> str | None:
    """Put the triggers on the price tables where they are missing and we have the right to.

    Returns:
        The watch: a fingerprint that changes as soon as changes of prices may have gone unnoticed. None where
        not all tables are watched.
    """
    try:
        found = _watched(conn, tables)
        missing = [k for k, fingerprint in found.items() if fingerprint is None]
        for k in missing:
            _put_triggers(conn, tables, PAIRS[k])
        found = _watched(conn, tables) if missing else found
    except (errors.InsufficientPrivilege, errors.LockNotAvailable) as error:
        log.info("The price tables cannot be watched, so prices are read to find what changed: %s", error)
        return None
    watch = _watch_of(found)
    if watch is None:
        log.info("Not all price tables can be watched, so prices are read to find what changed")
    return watch


def present_watch(conn: Connection, tables: PriceTables) -> str | None:
    """Return the watch as it is, without putting triggers: None where not all tables are watched."""
    return _watch_of(_watched(conn, tables))


def snapshot(conn: Connection) -> str:
    """Return the snapshot of now: whatever is read after this call is of this snapshot or a later one."""
    (seen,) = conn.execute("select pg_current_snapshot()::text").fetchone() or ("",)
    return seen


def _watched(conn: Connection, tables: PriceTables) -> dict[int, str | None]:
    """Return the fingerprints of the tables' watches by the pair's position; None where there is none yet.

    A pair whose table cannot be watched is left out.
    """
    wanted = {
        "tables": [tables.table(pair).as_string(conn) for pair in PAIRS],
        "time": tables.time_column,
        "close": tables.close_column,
    }
    return dict(conn.execute(_TABLES, wanted).fetchall())


def _watch_of(found: dict[int, str | None]) -> str | None:
    if len(found) < len(PAIRS) or None in found.values():
        return None
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def _put_triggers(conn: Connection, tables: PriceTables, pair: str) -> None:
    """Use a transaction for each table: locking several could deadlock with a writer that locks them too."""
    triggers = sql.SQL(";").join(
        sql.SQL(
            "create or replace trigger {name} after {event} on {table} {rows}"
            " for each statement execute function tier1.note_price_change({time});"
            " alter table {table} enable always trigger {name}"
        ).format(
            name=sql.Identifier(f"tier1_{event}"),
            event=sql.SQL(event),
            table=tables.table(pair),
            rows=sql.SQL(rows),
            time=sql.Literal(tables.time_column),
        )
        for event, rows in _TRIGGERS.items()
    )
    # the markers that rely on the triggers are committed later, and not on disk before them
    with transaction_without_disk_wait(conn):
        conn.execute("select pg_advisory_xact_lock(%s)", [_WATCH_LOCK])
        if _watched(conn, tables).get(PAIRS.index(pair)):
            return  # another shard was quicker; to put them again would make another watch
        conn.execute(sql.SQL("set local lock_timeout = {}").format(_LOCK_TIMEOUT))
        conn.execute(triggers)
