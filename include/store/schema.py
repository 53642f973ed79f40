"""Creates the output schema and upgrades an older one; changes nothing where it is up to date."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from psycopg import Connection, errors, sql

from include.stages import STAGES, stage_named
from include.stages.catalogue import FEATURES

SCHEMA = "tier1"
_SCHEMA_LOCK = 0x7131  # two first runs at once would both create


# what an installation is made from is noted on its function; a database may be restored without its rights
_IS_INSTALLED = """
select from pg_namespace n
join pg_proc p on p.pronamespace = n.oid and p.proname = 'note_price_change' and p.pronargs = 0
where n.nspname = %s and obj_description(p.oid, 'pg_proc') = %s
and %s <@ array(select c.relname::text from pg_class c where c.relnamespace = n.oid)
and not has_function_privilege('public', p.oid, 'execute')"""

_OWNERS = """
select current_user, string_agg(distinct pg_get_userbyid(o.owner), ' and ' order by pg_get_userbyid(o.owner))
from pg_namespace n cross join lateral (
    select n.nspowner union all select relowner from pg_class where relnamespace = n.oid
    union all select proowner from pg_proc where pronamespace = n.oid
) o (owner)
where n.nspname = %s"""


def ensure_schema(conn: Connection) -> None:
    """Create what is missing of schema `tier1`, and upgrade what an older version has created.

    Raises:
        psycopg.errors.InsufficientPrivilege: this role may not; the message says who may.
    """
    try:
        with conn.transaction():
            conn.execute("select pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
            if not is_up_to_date(conn):
                conn.execute(_script())
                conn.execute(
                    sql.SQL("comment on function tier1.note_price_change() is {}").format(_definition())
                )
    except errors.InsufficientPrivilege as error:
        role, owners = conn.execute(_OWNERS, [SCHEMA]).fetchone() or ("", None)
        raise errors.InsufficientPrivilege(
            f"schema tier1 is not there or of an older version, and role {role} may not renew it: "
            f"{error.diag.message_primary}. Run ./tier1 status once as {owners or 'who may create it'}, "
            f"or make {role} its owner: docs/how-to/database-roles.md."
        ) from None


def is_up_to_date(conn: Connection) -> bool:
    """Tell whether the schema is there as this version wants it; only read."""
    return conn.execute(_IS_INSTALLED, [SCHEMA, _definition(), _relations()]).fetchone() is not None


def is_installed(conn: Connection) -> bool:
    """Tell whether there is a schema at all, of whichever version."""
    return conn.execute("select to_regnamespace(%s) is not null", [SCHEMA]).fetchone() == (True,)


@lru_cache(1)
def _script() -> bytes:
    """Return the statements that create the whole schema; they can be executed again at any time."""
    statements = [*(_create_feature_table(stage.name) for stage in STAGES), _create_view()]
    text = Path(__file__).with_name("schema.sql").read_text()
    return "\n".join([text, *(f"{statement.as_string(None)};" for statement in statements)]).encode()


@lru_cache(1)
def _relations() -> list[str]:
    """Return the tables and views that the script creates: somebody may have dropped one."""
    return re.findall(
        r'create (?:table if not exists|or replace view) "?tier1"?\."?(\w+)', _script().decode()
    )


@lru_cache(1)
def _definition() -> str:
    """Return a fingerprint of the schema as this version wants it."""
    return f"definition {hashlib.sha256(_script()).hexdigest()}"


def feature_columns(stage: str) -> sql.Composed:
    """Return the columns of a stage's table, and of each of its partitions, as `create table` takes them."""
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(f.type)) for f in stage_named(stage).features
    ]
    return sql.SQL(", ").join([sql.SQL("ts_utc timestamptz not null"), *columns])


def _create_feature_table(stage: str) -> sql.Composed:
    return sql.SQL(
        "create table if not exists {} ({}, primary key (ts_utc)) partition by range (ts_utc)"
    ).format(sql.Identifier(SCHEMA, stage), feature_columns(stage))


def _create_view() -> sql.Composed:
    first, *others = (sql.Identifier(SCHEMA, stage.name) for stage in STAGES)
    return sql.SQL("create or replace view tier1.features as select ts_utc, {} from {} {}").format(
        sql.SQL(", ").join(sql.Identifier(f.name) for f in FEATURES),
        first,
        sql.SQL(" ").join(sql.SQL("join {} using (ts_utc)").format(table) for table in others),
    )
