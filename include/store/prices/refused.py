"""What PostgreSQL refuses of the price tables while a stage reads them, said as preflight says it."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import DataError, NotSupportedError, ProgrammingError, errors

from include.store.connection import DATABASE_ERRORS, connect
from include.store.prices.readable import look_at_tables
from include.store.prices.tables import PriceTables

# One query reads 28 tables, and what PostgreSQL says of it mostly names none of them: of a name or a right
# that is not there, of a type, of a text that is no number, of a materialized view that is not filled.
_REFUSED = (ProgrammingError, DataError, NotSupportedError, errors.ObjectNotInPrerequisiteState)
_MOST_NAMED = 3


@contextmanager
def tables_are_named(url: str, tables: PriceTables) -> Iterator[None]:
    """Name table and column, and what to do, where PostgreSQL refuses to read prices.

    Args:
        url: the feature database; the connection that was refused may be in the midst of a transaction.
        tables: where the prices are.

    Raises:
        ValueError: some price tables are not what they have to be.
    """
    try:
        yield
    except _REFUSED as error:
        problems = _problems(url, tables)
        if not problems:  # it was about something else
            raise
        more = len(problems) - _MOST_NAMED
        said = "; ".join(problems[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
        first_line = str(error).partition("\n")[0]
        raise ValueError(
            f"a price table is not as preflight found it: {said}. PostgreSQL's words: {first_line}"
        ) from error


def _problems(url: str, tables: PriceTables) -> list[str]:
    try:
        with connect(url) as conn:
            return look_at_tables(conn, tables).problems
    except DATABASE_ERRORS:
        return []
