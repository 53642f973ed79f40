"""What PostgreSQL's catalogue says of a price table: what it is, its columns and keys, its rights."""

from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from include.store.prices.tables import PriceTables

# Children in TimescaleDB's own schema are the chunks of a hypertable, which sees to it that its key holds.
# Row-level security does no harm where some policy shows all rows and none restricts them.
# Our own trigger for replicas changes no bar.
_FACTS = """
select c.relkind::text,
    (
        select json_object_agg(a.attname, json_build_object(
            'type', format_type(a.atttypid, a.atttypmod),
            'is_made', a.attgenerated <> '' or a.attidentity = 'a',
            'needs_value', a.attnotnull and not a.atthasdef and a.attidentity = '',
            'may_insert', has_column_privilege(c.oid, a.attnum, 'insert'),
            'may_update', has_column_privilege(c.oid, a.attnum, 'update')
        ) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ),
    array(
        select array_to_string(array(
            select coalesce(a.attname, 'an expression')
            from unnest(i.indkey::smallint[]) with ordinality as part (attnum, n)
            left join pg_attribute a on a.attrelid = c.oid and a.attnum = part.attnum and part.attnum > 0
            where part.n <= i.indnkeyatts order by part.n
        ), ', ')
        from pg_index i
        where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
        order by i.indisprimary desc, i.indexrelid
    ),
    array(
        select format('%%s.%%s', child_schema.nspname, child.relname)
        from pg_inherits h join pg_class child on child.oid = h.inhrelid
        join pg_namespace child_schema on child_schema.oid = child.relnamespace
        where h.inhparent = c.oid and c.relkind = 'r' and child_schema.nspname <> '_timescaledb_internal'
        order by 1
    ),
    array(
        select r.rulename::text from pg_rewrite r
        where r.ev_class = c.oid and r.ev_type in ('2', '3') and r.ev_enabled <> 'D' order by 1
    ),
    array(
        select t.tgname::text from pg_trigger t
        where t.tgrelid in (select c.oid union all select relid from pg_partition_tree(c.oid))
        and t.tgtype & 1 = 1 and t.tgtype & (4 | 16) <> 0 and not t.tgisinternal and t.tgenabled <> 'D'
        and not exists (
            select from pg_proc f join pg_namespace s on s.oid = f.pronamespace
            where f.oid = t.tgfoid and s.nspname = 'tier1' and f.proname = 'note_price_change'
        )
        group by 1 order by 1
    ),
    row_security_active(c.oid) and (
        not exists (
            select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
            and pg_get_expr(p.polqual, p.polrelid) = 'true'
            and exists (
                select from unnest(p.polroles) as r (oid) where r.oid = 0 or pg_has_role(r.oid, 'usage')
            )
        )
        or exists (
            select from pg_policy p
            where p.polrelid = c.oid and not p.polpermissive and p.polcmd in ('r', '*')
        )
    )
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and c.relname = %(table)s and c.relkind in ('r', 'p', 'v', 'm', 'f')"""

_SIMILAR = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where lower(n.nspname) = lower(%(schema)s) and lower(c.relname) = lower(%(table)s)
and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1 limit 1"""

KINDS = {
    "r": "a table",
    "p": "a partitioned table",
    "v": "a view",
    "m": "a materialized view",
    "f": "a foreign table",
}


_OTHERS = """
select c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = %(schema)s and c.relname = %(table)s and c.relkind not in ('r', 'p', 'v', 'm', 'f')"""

_OTHER_KINDS = {"i": "an index", "I": "an index", "S": "a sequence", "c": "a type"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a price table.

    Attributes:
        type: its type, as SQL writes it.
        is_made: PostgreSQL makes its values itself: it is generated, or counts always.
        needs_value: it takes no NULL, and has no default.
        may_insert: this role may write it in new rows.
        may_update: this role may change it.
    """

    type: str
    is_made: bool
    needs_value: bool
    may_insert: bool
    may_update: bool


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What is known of a price table.

    Attributes:
        pair: whose prices it has.
        name: its name, as people write it.
        kind: `pg_class.relkind`, a key of KINDS.
        columns: its columns by name, in their order.
        keys: the columns of each unique index that keeps a key out of all rows; the primary key first.
        children: tables that inherit from it, and whose rows it shows.
        rules: rules that rewrite what is inserted or updated.
        triggers: triggers that see each row that is written, but for our own.
        hides_rows: row-level security may hide rows from this role.
    """

    pair: str
    name: str
    kind: str
    columns: dict[str, Column] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    hides_rows: bool = False

    def has_one_bar_at_a_time(self, time_column: str) -> bool:
        """Tell whether a unique index proves that no time occurs twice; it knows no row of a child."""
        return time_column in self.keys and not self.children


def facts_of(conn: Connection, tables: PriceTables, pair: str) -> TableFacts | None:
    """Look the pair's table up; None where there is none. It takes no right on the table."""
    row = conn.execute(_FACTS, _wanted(tables, pair)).fetchone()
    if row is None:
        return None
    kind, columns, *others = row
    return TableFacts(pair, tables.name(pair), kind, _columns(columns or {}), *others)


def other_thing(conn: Connection, tables: PriceTables, pair: str) -> str | None:
    """Tell what else has the table's name, such as an index."""
    row = conn.execute(_OTHERS, _wanted(tables, pair)).fetchone()
    return None if row is None else _OTHER_KINDS.get(row[0], "something else")


def named_alike(conn: Connection, tables: PriceTables, pair: str) -> str | None:
    """Find a table whose name differs only in upper and lower case."""
    row = conn.execute(_SIMILAR, _wanted(tables, pair)).fetchone()
    return None if row is None else row[0]


def _wanted(tables: PriceTables, pair: str) -> dict[str, str]:
    schema, table = tables.name(pair).split(".")
    return {"schema": schema, "table": table}


def _columns(found: dict[str, Any]) -> dict[str, Column]:
    return {name: Column(**column) for name, column in found.items()}
