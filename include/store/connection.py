"""Connections to the feature database."""

import logging
import re

import psycopg
from psycopg.conninfo import conninfo_to_dict
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, stop_after_delay, wait_exponential

log = logging.getLogger(__name__)

# A password with a bare @ or / in it spills into the host or the database's name when libpq cuts the URL up.
_HARMLESS = re.compile(r"[\w.,:/ -]*")
# The server ends what belongs to a client that vanished after 90 s instead of hours: its locks go with it.
_SESSION = """
set time zone 'UTC'; set jit = off;
set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 6;
"""


class DatabaseUnreachableError(ConnectionError):
    """The feature database did not let us in."""


def connect(url: str) -> psycopg.Connection:
    """An autocommit connection that speaks UTC; multi-statement work opens its own transaction.

    Args:
        url: Any connection string that libpq takes, or SQLAlchemy's `postgresql+psycopg://`.

    Raises:
        DatabaseUnreachableError: Names the host, the database and the server's reason, never the password.
    """
    url = libpq_url(url)
    try:
        conn = psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="tier1")
    except psycopg.OperationalError as error:
        raise DatabaseUnreachableError(_explain(url, error)) from None  # the original's text repeats the URL
    conn.execute(_SESSION)
    return conn


def wait_for_disk(conn: psycopg.Connection) -> None:
    """Wait until everything that was committed before is on disk, whoever committed it, and waited or not.

    PostgreSQL writes its log in the order of the commits, so that one which waits vouches for all before it.
    A connection that is older than they are cannot outlive a crash of the server in between unnoticed.
    """
    conn.execute("select pg_logical_emit_message(true, 'tier1', '')")  # the least that a commit waits for


def libpq_url(url: str) -> str:
    """SQLAlchemy's `postgresql+psycopg://` is plain `postgresql://` to libpq.

    Raises:
        DatabaseUnreachableError: libpq cannot read it. Neither the URL nor libpq's complaint is repeated.
    """
    plain = re.sub(r"^(postgres(?:ql)?)\+\w+://", r"\1://", url)
    try:
        conninfo_to_dict(plain)
    except psycopg.ProgrammingError:
        raise DatabaseUnreachableError(
            "the database's URL is not understood: it reads postgresql://user:password@host:port/database, "
            "special characters percent-encoded (@ as %40, / as %2F). Check TIER1_DATABASE_URL."
        ) from None
    return plain


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


def _explain(url: str, error: Exception) -> str:
    what_to_do = (
        "Check TIER1_DATABASE_URL or the Airflow connection tier1_postgres, and that the server runs."
    )
    at = conninfo_to_dict(url)
    host, database, user = (str(at.get(part) or "") for part in ("host", "dbname", "user"))
    if not all(_HARMLESS.fullmatch(part) for part in (host, user)) or not re.fullmatch(r"[\w-]*", database):
        return (
            "cannot connect to the database: its URL seems to hold characters that have to be "
            f"percent-encoded (@ as %40, / as %2F). {what_to_do}"
        )
    reason = str(error).strip().splitlines()[0]
    where = host or "the local socket"
    return f"cannot connect to database {database!r} on {where} as {user!r}: {reason}. {what_to_do}"
