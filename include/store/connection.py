"""Connections to the feature database."""

import logging

import psycopg
from psycopg import conninfo
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, stop_after_delay, wait_exponential

log = logging.getLogger(__name__)


class DatabaseUnreachableError(ConnectionError):
    """The feature database did not let us in."""


def connect(url: str) -> psycopg.Connection:
    """An autocommit connection that speaks UTC; multi-statement work opens its own transaction.

    Args:
        url: Any connection string that libpq takes.

    Raises:
        DatabaseUnreachableError: Names the host, the database and the server's reason, never the password.
    """
    try:
        conn = psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="tier1")
    except psycopg.OperationalError as error:
        at = conninfo.conninfo_to_dict(url)
        raise DatabaseUnreachableError(
            f"cannot connect to database {at.get('dbname')!r} on {at.get('host', 'the local socket')} as "
            f"{at.get('user')!r}: {_first_line(error)}. Check TIER1_DATABASE_URL or the Airflow connection "
            "tier1_postgres, and that the server runs."
        ) from None  # the original's text may repeat the connection string
    conn.execute("set time zone 'UTC'")
    return conn


def wait_for_database(url: str, seconds: float) -> None:
    """Wait until the database answers; it may restart together with its instance.

    Raises:
        DatabaseUnreachableError: It still does not answer after so many seconds.
    """
    for attempt in Retrying(
        retry=retry_if_exception_type(DatabaseUnreachableError),
        stop=stop_after_delay(seconds),
        wait=wait_exponential(max=15),
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    ):
        with attempt:
            connect(url).close()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
