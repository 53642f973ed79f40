"""What the demo asks the feature database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from embedded.errors import EmbeddedError
from include.market import PAIRS
from include.settings import settings
from include.stages import STAGES
from include.store.connection import DatabaseUnreachableError, connect
from include.store.prices.reading import whole_history
from include.store.prices.tables import price_tables

TIME = "ts_utc"
COLUMNS = """
SELECT count(*) FROM information_schema.columns
WHERE table_schema = 'tier1' AND table_name = %s AND column_name <> %s
"""


@dataclass(frozen=True)
class Size:
    """How much a relation holds, its time not counted as a column."""

    relation: str
    rows: int
    columns: int


def has_prices(database_url: str) -> bool:
    """Whether there is any price table; another person's prices are never mixed with ours."""
    with _connected(database_url) as connection:
        tables = [settings().price_table.format(pair=pair).split(".") for pair in PAIRS]
        query = "SELECT FROM pg_tables WHERE schemaname = %s AND tablename = any(%s)"
        found = connection.execute(query, [tables[0][0], [table for _, table in tables]])
        return found.fetchone() is not None


def last_months(database_url: str, count: int) -> tuple[str | None, str | None]:
    """The first and the last of the newest months with prices; of what is not there, preflight tells more."""
    with _connected(database_url) as connection:
        try:
            history = whole_history(connection, price_tables(settings()))
        except psycopg.errors.UndefinedTable:
            history = None
    if history is None:
        return None, None
    first, last = history
    return str(max(first, last - count + 1)), str(last)


def stage_sizes(database_url: str) -> list[Size]:
    """What each stage has published, counted here: not by the code that fills it."""
    with _connected(database_url) as connection:
        return [_size(connection, relation) for relation in map(str, STAGES)]


@contextmanager
def _connected(database_url: str) -> Iterator[psycopg.Connection]:
    try:
        with connect(database_url) as connection:
            yield connection
    except DatabaseUnreachableError as error:
        raise EmbeddedError(str(error)) from None


def _size(connection: psycopg.Connection, relation: str) -> Size:
    columns = connection.execute(COLUMNS, [relation, TIME]).fetchone()
    if columns is None or columns[0] == 0:
        return Size(relation, rows=0, columns=0)
    count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("tier1", relation))
    rows = connection.execute(count).fetchone()
    return Size(relation, rows=rows[0] if rows else 0, columns=columns[0])
