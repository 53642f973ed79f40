"""How much each stage has published, counted in the tables and not taken from the markers."""

from dataclasses import dataclass

from psycopg import Connection, sql

from include.stages import STAGES
from include.store.schema import SCHEMA

_COLUMNS = """
select count(*) from information_schema.columns
where table_schema = %s and table_name = %s and column_name <> 'ts_utc'"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a stage's table holds.

    Attributes:
        relation: the table.
        rows: bars.
        columns: features; `ts_utc` is not counted.
    """

    relation: str
    rows: int
    columns: int


def stage_sizes(conn: Connection) -> list[Size]:
    """Return the size of each stage's table, in the stages' order; 0 where there is no table yet."""
    return [_size(conn, stage.name) for stage in STAGES]


def _size(conn: Connection, relation: str) -> Size:
    (columns,) = conn.execute(_COLUMNS, [SCHEMA, relation]).fetchone() or (0,)
    if columns == 0:
        return Size(relation, rows=0, columns=0)
    count = sql.SQL("select count(*) from {}").format(sql.Identifier(SCHEMA, relation))
    (rows,) = conn.execute(count).fetchone() or (0,)
    return Size(relation, rows, columns)
