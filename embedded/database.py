"""What the demo asks the feature database."""

from collections.abc import Iterator
from contextlib import contextmanager

from embedded.errors import EmbeddedError
from include.settings import settings
from include.store.connection import Connection, DatabaseUnreachableError, connect
from include.store.features import sizes
from include.store.prices.reading import whole_history
from include.store.prices.tables import any_exists, price_tables
from include.store.runs.stage_progress import progress_of_run


def has_prices(database_url: str) -> bool:
    """Tell whether there is any price table; another person's prices are never mixed with ours."""
    with _connected(database_url) as connection:
        return any_exists(connection, price_tables(settings()))


def last_months(database_url: str, count: int) -> tuple[str | None, str | None]:
    """Return first and last of the newest months with prices; of what is not there, preflight tells more."""
    with _connected(database_url) as connection:
        history = whole_history(connection, price_tables(settings()))
    if history is None:
        return None, None
    first, last = history
    return str(max(first, last - count + 1)), str(last)


def stage_sizes(database_url: str) -> list[sizes.Size]:
    """Return what each stage has published, counted by the store, not by the code that fills the tables."""
    with _connected(database_url) as connection:
        return sizes.stage_sizes(connection)


def rows_of_run(database_url: str, run_id: str) -> dict[str, int]:
    """Return how many rows the run has computed in each stage that has begun."""
    with _connected(database_url) as connection:
        return {it.stage: it.rows for it in progress_of_run(connection, run_id)}


@contextmanager
def _connected(database_url: str) -> Iterator[Connection]:
    try:
        with connect(database_url) as connection:
            yield connection
    except DatabaseUnreachableError as error:
        raise EmbeddedError(str(error)) from None
