"""Our triggers on the price tables: where they are, where they would be of use, and how they get there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection, errors, sql

from include.market import PAIRS
from include.store.connection import transaction_without_disk_wait
from include.store.prices.tables import MADE_BY_LOAD, PriceTables

_WATCH_LOCK = 0x7133
_PATIENCE = "2 s"  # whoever wants the table next waits behind us
_BRIEFLY = "set local lock_timeout = '2s'"

# What is applied for a subscription of a logical replication fires triggers for rows only: its sessions are
# replicas, and those of others mostly are not.
_TRIGGERS: dict[LiteralString, LiteralString] = {
    "insert": "after insert on {table} referencing new table as new_rows for each statement",
    "update": "after update on {table} referencing old table as old_rows new table as new_rows"
    " for each statement",
    "delete": "after delete on {table} referencing old table as old_rows for each statement",
    "truncate": "after truncate on {table} for each statement",
    "replica": "after insert or update or delete on {table} for each row"
    " when (pg_catalog.current_setting('session_replication_role') = 'replica')",
}

# The obstacles: a row of the table can change, or look as if, without a statement on the table itself.
# ENABLE ALWAYS ('A') tells a trigger that was on all the time from one that `alter table ... enable trigger
# all` has switched on again, and fires in a replica's sessions. Whoever alters a table, or makes it a child
# or a partition for a while, leaves another xmin in pg_class or on the columns that it shares.
_LOOK = """
select
    obstacle.told,
    c.oid is not null and obj_description(c.oid, 'pg_class') is not distinct from %(mark)s,
    case when not pg_has_role(c.relowner, 'usage') then pg_get_userbyid(c.relowner)::text end,
    triggers.any_of_ours,
    case when obstacle.told is null and triggers.as_wanted = %(count)s then md5(concat_ws(
        ' ', c.oid, c.xmin, c.relfilenode, triggers.told, columns.told, %(time)s::text, %(close)s::text,
        to_regclass('tier1.price_change')::oid, pg_relation_filenode(to_regclass('tier1.price_change')),
        (select p.xmin from pg_proc p where p.oid = to_regproc('tier1.note_price_change')),
        (select d.oid from pg_database d where d.datname = current_database()),
        (select system_identifier from pg_control_system())
    )) end
from unnest(%(tables)s::text[]) with ordinality as wanted (name, k)
left join pg_class c on c.oid = to_regclass(wanted.name)
cross join lateral (select case
    when c.oid is null then 'is not there'
    when c.relkind <> 'r' then 'is no plain table'
    when c.relpersistence <> 'p' then 'is unlogged, so that a crash empties it'
    when exists (select from pg_inherits i where i.inhrelid = c.oid)
    then 'is a child or a partition, which statements on its parent change'
    when c.relhassubclass then 'has children, or had some and was not analyzed since'
    when c.relrowsecurity then 'has row security, which decides who reads which rows'
    when exists (select from pg_subscription_rel s where s.srrelid = c.oid)
    then 'is filled by logical replication'
end) obstacle (told)
cross join lateral (
    select count(*) as any_of_ours,
        count(*) filter (where ours.is_as_wanted) as as_wanted,
        string_agg(concat_ws(' ', ours.oid, ours.xmin), ' ' order by ours.oid) as told
    from (
        select t.oid, t.xmin, t.tgname = any(%(names)s) and t.tgenabled = 'A'
            and t.tgargs = convert_to(%(time)s, 'UTF8') || decode('00', 'hex') as is_as_wanted
        from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = to_regproc('tier1.note_price_change')
    ) ours
) triggers
cross join lateral (
    select string_agg(concat_ws(' ', a.attname, a.attnum, a.xmin), ' ' order by a.attnum) as told
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
) columns
order by wanted.k"""

# those that call what schema.sql has set aside, too: they do nothing but cost
_OURS = """
select n.nspname, c.relname, array_agg(t.tgname::text order by t.tgname)
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
join pg_proc f on f.oid = t.tgfoid join pg_namespace s on s.oid = f.pronamespace
where s.nspname = 'tier1'
and (f.proname = 'note_price_change' or starts_with(f.proname::text, 'note_no_change_'))
group by 1, 2 order by 1, 2"""


class TableInUseError(ValueError):
    """Somebody uses a table for longer than we may have others wait behind us."""


@dataclass(frozen=True, slots=True)
class Table:
    """A price table, as far as our triggers are concerned.

    Attributes:
        pair: whose it is.
        name: its name.
        obstacle: why triggers cannot tell all of its changes; None where they can.
        is_ours: whether `./tier1 load` has made it, and nobody has said `./tier1 watch off` since.
        belongs_to: its owner where that is not our role, which then may put no triggers on it.
        triggers: how many triggers of ours it has.
        fingerprint: changes as soon as changes of prices may have gone unnoticed; None where not all triggers
            are there as this version wants them.
    """

    pair: str
    name: str
    obstacle: str | None
    is_ours: bool
    belongs_to: str | None
    triggers: int
    fingerprint: str | None


def look(conn: Connection, tables: PriceTables) -> list[Table]:
    """Return the 28 tables, one for each pair; only read."""
    wanted = {
        "tables": [tables.table(pair).as_string(conn) for pair in PAIRS],
        "time": tables.time_column,
        "close": tables.close_column,
        "mark": MADE_BY_LOAD,
        "names": [_name(event) for event in _TRIGGERS],
        "count": len(_TRIGGERS),
    }
    found = conn.execute(_LOOK, wanted)
    return [Table(pair, tables.name(pair), *row) for pair, row in zip(PAIRS, found, strict=True)]


def put(conn: Connection, tables: PriceTables, pair: str) -> None:
    """Put the triggers on the pair's table unless they are there; their function has to be there.

    A transaction for each table: locking several could deadlock with a writer that locks them too.

    Raises:
        TableInUseError: somebody uses the table.
        psycopg.errors.InsufficientPrivilege: the table, or the triggers' function, is not our role's.
    """
    table, time = tables.table(pair), sql.Literal(tables.time_column)
    triggers = sql.SQL(";").join(
        sql.SQL(
            "create or replace trigger {name} {fires} execute function tier1.note_price_change({time});"
            " alter table {table} enable always trigger {name}"
        ).format(
            name=sql.Identifier(_name(event)),
            fires=sql.SQL(fires).format(table=table),
            table=table,
            time=time,
        )
        for event, fires in _TRIGGERS.items()
    )
    # the markers that rely on the triggers are committed later, and not on disk before them
    with transaction_without_disk_wait(conn), _in_use(tables.name(pair)):
        conn.execute("select pg_advisory_xact_lock(%s)", [_WATCH_LOCK])
        if look(conn, tables)[PAIRS.index(pair)].fingerprint:
            return  # another shard was quicker; to put them again would make another watch
        conn.execute(_BRIEFLY)
        conn.execute(triggers)


def take_away(conn: Connection, tables: PriceTables) -> list[str]:
    """Drop our triggers wherever they are, and the marks of tables that load has made; return who had some.

    Raises:
        TableInUseError: somebody uses a table; what is done stays done.
    """
    gone = []
    for schema, table, names in conn.execute(_OURS).fetchall():
        name = sql.Identifier(schema, table)
        drops = [sql.SQL("drop trigger {} on {}").format(sql.Identifier(each), name) for each in names]
        with conn.transaction(), _in_use(f"{schema}.{table}"):
            conn.execute(_BRIEFLY)
            conn.execute(sql.SQL(";").join(drops))
        gone.append(f"{schema}.{table}")
    for each in look(conn, tables):
        if each.is_ours:
            conn.execute(sql.SQL("comment on table {} is null").format(tables.table(each.pair)))
    return gone


def _name(event: LiteralString) -> str:
    return f"tier1_{event}"


@contextmanager
def _in_use(name: str) -> Iterator[None]:
    """Name the table that somebody uses."""
    try:
        yield
    except errors.LockNotAvailable:
        raise TableInUseError(
            f"{name} has been in use for {_PATIENCE}, and others would have waited behind us: try again, "
            "what is done stays done"
        ) from None
