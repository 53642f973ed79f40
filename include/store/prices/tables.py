"""The 28 price tables: where they are, whether they are there, and how a missing one is created."""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection, sql

from include.market import PAIRS
from include.settings import Settings, table_of

MADE_BY_LOAD = "Made by ./tier1 load, which may put its triggers on it; see ./tier1 watch status."
"""The comment on a table by which it is known to be our own, wherever it was restored or renamed to."""

_CREATE = """
create table {table} (
    {time} timestamptz primary key, open double precision, high double precision, low double precision,
    {close} double precision not null, volume double precision
)"""


@dataclass(frozen=True, slots=True)
class PriceTables:
    """Where the prices are.

    Attributes:
        pattern: `schema.table` with `{pair}` or `{PAIR}` in it.
        time_column: opening time of a bar; one without a zone is UTC, which is every session's.
        close_column: its close price; NULL = no bar.
    """

    pattern: str
    time_column: str
    close_column: str

    def name(self, pair: str) -> str:
        """Return the pair's table as people write it."""
        return table_of(self.pattern, pair)

    def table(self, pair: str) -> sql.Identifier:
        """Return the pair's table, quoted."""
        return sql.Identifier(*self.name(pair).split("."))

    def for_each(
        self, template: LiteralString, joined_by: LiteralString = " union all ", **values: sql.Composable
    ) -> sql.Composed:
        """Fill in the template for each pair: {table}, {time}, {close}, {k}, its position, and `values`."""
        return sql.SQL(joined_by).join(
            sql.SQL(template).format(
                table=self.table(pair),
                time=sql.Identifier(self.time_column),
                close=sql.Identifier(self.close_column),
                k=sql.Literal(k),
                **values,
            )
            for k, pair in enumerate(PAIRS)
        )


def price_tables(settings: Settings) -> PriceTables:
    """Return where the settings say that the prices are."""
    return PriceTables(settings.price_table, settings.time_column, settings.close_column)


def any_exists(conn: Connection, tables: PriceTables) -> bool:
    """Tell whether at least one of the 28 tables is there."""
    query = (
        "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where (n.nspname, c.relname) in (select * from unnest(%s::text[], %s::text[]))"
    )
    schemas, relations = zip(*(tables.name(pair).split(".") for pair in PAIRS), strict=True)
    return conn.execute(query, [list(schemas), list(relations)]).fetchone() is not None


def create_missing(conn: Connection, tables: PriceTables, pair: str) -> None:
    """Create the pair's table, and its schema, where it is not there."""
    schema, table = sql.Identifier(tables.name(pair).split(".")[0]), tables.table(pair)
    query = "select to_regnamespace(%s) is not null, to_regclass(%s) is not null"
    wanted = [name.as_string(conn) for name in (schema, table)]
    has_schema, has_table = conn.execute(query, wanted).fetchone() or (False, False)
    # not "if not exists", which takes the right to create them even where they do
    if not has_schema:
        conn.execute(sql.SQL("create schema {}").format(schema))
    if not has_table:
        time, close = sql.Identifier(tables.time_column), sql.Identifier(tables.close_column)
        conn.execute(sql.SQL(_CREATE).format(table=table, time=time, close=close))
        conn.execute(sql.SQL("comment on table {} is {}").format(table, MADE_BY_LOAD))
