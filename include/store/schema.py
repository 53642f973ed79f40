"""Creates the output schema; harmless where it exists."""

from pathlib import Path

from psycopg import Connection, sql

from include.stages import STAGES
from include.stages.catalogue import FEATURES, features_of

SCHEMA = "tier1"
_SCHEMA_LOCK = 0x7131  # two first runs at once would both create


def ensure_schema(conn: Connection) -> None:
    """Create what is missing of schema `tier1`."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
        newest = "select to_regclass('tier1.features'), to_regclass('tier1.stage_progress')"
        if None not in (conn.execute(newest).fetchone() or [None]):
            return
        conn.execute(Path(__file__).with_name("schema.sql").read_bytes())
        for stage in STAGES:
            conn.execute(_create_feature_table(stage))
        conn.execute(_create_view())


def feature_columns(stage: str) -> sql.Composed:
    """The columns of a stage's table, and of each of its partitions, as CREATE TABLE wants them."""
    columns = [sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(f.type)) for f in features_of(stage)]
    return sql.SQL(", ").join([sql.SQL("ts_utc timestamptz not null"), *columns])


def _create_feature_table(stage: str) -> sql.Composed:
    return sql.SQL(
        "create table if not exists {} ({}, primary key (ts_utc)) partition by range (ts_utc)"
    ).format(sql.Identifier(SCHEMA, stage), feature_columns(stage))


def _create_view() -> sql.Composed:
    first, *others = (sql.Identifier(SCHEMA, stage) for stage in STAGES)
    return sql.SQL("create or replace view tier1.features as select ts_utc, {} from {} {}").format(
        sql.SQL(", ").join(sql.Identifier(f.name) for f in FEATURES),
        first,
        sql.SQL(" ").join(sql.SQL("join {} using (ts_utc)").format(table) for table in others),
    )
