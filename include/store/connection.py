"""Connections to the feature database."""

import psycopg
from psycopg import conninfo


class DatabaseUnreachableError(ConnectionError):
    """The feature database did not let us in."""


def connect(url: str) -> psycopg.Connection:
    """An autocommit connection that speaks UTC; multi-statement work opens its own transaction.

    Raises:
        DatabaseUnreachableError: Names the host, the database and the server's reason, never the password.
    """
    try:
        return psycopg.connect(
            url, autocommit=True, connect_timeout=10, application_name="tier1", options="-c timezone=UTC"
        )
    except psycopg.OperationalError as error:
        at = conninfo.conninfo_to_dict(url)
        raise DatabaseUnreachableError(
            f"cannot connect to database {at.get('dbname')!r} on {at.get('host', 'the local socket')} as "
            f"{at.get('user')!r}: {_first_line(error)}. Check TIER1_DATABASE_URL or the Airflow connection "
            "tier1_postgres, and that the server runs."
        ) from None  # the original's text may repeat the connection string


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
