"""Connections to the feature database."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, stop_after_delay, wait_exponential

log = logging.getLogger(__name__)

T = TypeVar("T")

# A password with a bare @ or / in it spills into the host or the database's name when libpq cuts the URL up.
_HARMLESS = re.compile(r"[\w.,:/ -]*")
# Each side gives the other one up 90 s after it has vanished, instead of hours: a client's locks go with it,
# and an instance stays big for as long as its client waits.
_IDLE, _INTERVAL, _COUNT = 30, 10, 6
APPLICATION = "tier1"
# what the URL does not say
_DEFAULTS: dict[str, Any] = {
    "application_name": APPLICATION,
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": _IDLE,
    "keepalives_interval": _INTERVAL,
    "keepalives_count": _COUNT,
    "tcp_user_timeout": 1000 * (_IDLE + _INTERVAL * _COUNT),  # while something that was sent is not answered
}
# Nobody else's functions or operators are found, however well they fit; those named by their schema are.
_SESSION = f"""
set search_path = pg_catalog, pg_temp; set time zone 'UTC'; set jit = off;
set tcp_keepalives_idle = {_IDLE}; set tcp_keepalives_interval = {_INTERVAL};
set tcp_keepalives_count = {_COUNT};
""".encode()
_NO_PARALLEL_QUERIES = "set max_parallel_workers_per_gather = 0; set max_parallel_maintenance_workers = 0"
# classes of SQLSTATE: connection exception; the operator, a crash or a start has ended the session
_LOST = ("08", "57P")


class DatabaseUnreachableError(ConnectionError):
    """The feature database cannot be connected to, or the connection to it was lost."""


DATABASE_ERRORS = (DatabaseUnreachableError, psycopg.Error)
"""All that a function of the store raises when the database cannot do what it was asked."""

TRANSIENT_ERRORS = (DatabaseUnreachableError, psycopg.OperationalError)
"""Those of them after which the same may succeed later, such as a lost connection or a cancelled query."""


class _Connection(Connection):
    """A connection whose errors name the server that was lost, wherever the loss is noticed."""

    explain_loss: Callable[[Exception], str]
    waited_seconds = 0.0

    def wait(self, gen: PQGen[T], *args: Any, **kwargs: Any) -> T:
        """Wait for whatever is read or written."""
        began = time.perf_counter()
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            if self.closed or (error.sqlstate or "").startswith(_LOST):
                raise DatabaseUnreachableError(self.explain_loss(error)) from None
            raise
        finally:
            self.waited_seconds += time.perf_counter() - began


def connect(url: str, *, parallel_queries: bool = True) -> Connection:
    """Open an autocommit connection that speaks UTC; multi-statement work opens its own transaction.

    Args:
        url: any connection string that libpq takes, or SQLAlchemy's `postgresql+psycopg://`. What it says of
            timeouts and keepalives is followed.
        parallel_queries: whether PostgreSQL may use several processes for one query; not where the caller has
            several connections at work already.

    Raises:
        DatabaseUnreachableError: names the host, the database and the server's reason, never the password.
            Statements on the connection raise it, too, once it is lost.
    """
    at: dict[str, Any] = {**_DEFAULTS, **conninfo_to_dict(libpq_url(url))}
    try:
        conn = _Connection.connect(make_conninfo(**at), autocommit=True)
    except psycopg.Error as error:
        raise DatabaseUnreachableError(_explain(at, error)) from None  # the original's text repeats the URL
    # of several hosts, the one that answered
    conn.explain_loss = partial(_explain_loss, _where(at | {"host": conn.info.host}), _patience(at))
    try:
        conn.execute(_SESSION)
        if not parallel_queries:
            conn.execute(_NO_PARALLEL_QUERIES)
    except BaseException:
        conn.close()
        raise
    return conn


@contextmanager
def transaction_without_disk_wait(conn: Connection) -> Iterator[None]:
    """Open a transaction whose commit does not wait until it is on disk; `wait_for_disk` does so for many."""
    with conn.transaction():
        conn.execute("set local synchronous_commit = off")
        yield


def wait_for_disk(conn: Connection) -> None:
    """Wait until everything that was committed before is on disk, whoever committed it, and waited or not.

    PostgreSQL writes its log in the order of the commits, so that one which waits vouches for all before it.
    A connection that is older than they are cannot outlive a crash of the server in between unnoticed.
    """
    conn.execute("select pg_logical_emit_message(true, 'tier1', '')")  # the least that a commit waits for


def waited_seconds(conn: Connection) -> float:
    """Return for how long a connection of `connect` has waited for the server, since it was opened.

    Sending rows counts, with libpq's part of the work: until the server takes them nothing else is done.
    """
    return conn.waited_seconds if isinstance(conn, _Connection) else 0.0


def cancel(conn: Connection, timeout_seconds: float) -> None:
    """Ask the server to cancel the connection's statement; do nothing where the connection is gone."""
    with suppress(psycopg.Error):  # the connection was closed meanwhile, or the server is gone
        conn.cancel_safe(timeout=timeout_seconds)


def libpq_url(url: str) -> str:
    """Return the URL as libpq reads it: SQLAlchemy's `postgresql+psycopg://` becomes plain `postgresql://`.

    Raises:
        DatabaseUnreachableError: libpq cannot read it. Neither the URL nor libpq's complaint is repeated.
    """
    plain = re.sub(r"^(postgres(?:ql)?)\+\w+://", r"\1://", url)
    try:
        conninfo_to_dict(plain)
    except psycopg.ProgrammingError:
        raise DatabaseUnreachableError(
            "the database's URL cannot be read: write postgresql://user:password@host:port/database, with "
            "special characters percent-encoded (@ as %40, / as %2F). Check TIER1_DATABASE_URL."
        ) from None
    return plain


def wait_for_database(url: str, seconds: float) -> None:
    """Wait until the database answers; the instance that it is on may be restarting.

    Raises:
        DatabaseUnreachableError: the database still does not answer after so many seconds.
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


def _explain(at: dict[str, Any], error: Exception) -> str:
    what_to_do = (
        "Check TIER1_DATABASE_URL or the Airflow connection tier1_postgres, and that the server runs."
    )
    where = _where(at)
    if where is None:
        return (
            "cannot connect to the database: its URL seems to contain characters that must be "
            f"percent-encoded (@ as %40, / as %2F). {what_to_do}"
        )
    return f"cannot connect to {where}: {_reason(error)}. {what_to_do}"


def _explain_loss(where: str | None, patience: float, error: Exception) -> str:
    return (
        f"lost the connection to {where or 'the database'}: {_reason(error)}. A connection without an answer "
        f"is closed after {patience:.0f} s. Finished months are kept: when the database answers again, clear "
        "the task or repeat the command."
    )


def _where(at: dict[str, Any]) -> str | None:
    """Name the database, its host and its user; None where one of them may contain a part of the password."""
    host, database, user = (
        str(value or "") for value in (at.get("host") or at.get("hostaddr"), at.get("dbname"), at.get("user"))
    )
    if not all(_HARMLESS.fullmatch(part) for part in (host, user)) or not re.fullmatch(r"[\w-]*", database):
        return None
    return f"database {database!r} on {host or 'the local socket'} as {user!r}"


def _reason(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _patience(at: dict[str, Any]) -> float:
    """Return about how many seconds a server may be silent; tcp_user_timeout overrides Linux's count."""
    names = ("keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")
    idle, interval, count, unanswered = (int(at[name]) for name in names)
    return max(idle + interval, unanswered / 1000) if unanswered else idle + interval * count
