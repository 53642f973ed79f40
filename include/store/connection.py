"""Connections to the feature database."""

import logging
import re
from collections.abc import Collection, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
from psycopg import Connection, Cursor, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, stop_after_delay, wait_exponential

from include.store.session import DatabaseUnreachableError, Session

log = logging.getLogger(__name__)

# A password with a bare @ or / in it spills into the host or the database's name when libpq cuts the URL up.
_HARMLESS = re.compile(r"[\w.,:/ -]*")
# Each side gives the other one up 90 s after it has vanished, instead of hours: a client's locks go with it,
# and an instance stays big for as long as its client waits.
_IDLE, _INTERVAL, _COUNT = 30, 10, 6
_CANCEL_AGAIN_SECONDS = 1.0  # a connection may have been between two statements
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
# A session of our own ends with us, and so does what is set for it: the server notices that we have vanished,
# and keeps the session of a stage that computes for long.
_OWN_SESSION = f"""
set tcp_keepalives_idle = {_IDLE}; set tcp_keepalives_interval = {_INTERVAL};
set tcp_keepalives_count = {_COUNT}; set idle_session_timeout = 0;
""".encode()

# whoever sets more than `on`, such as `remote_apply`, gets it
_WAITS = """
select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'"""

DATABASE_ERRORS = (DatabaseUnreachableError, psycopg.Error)
"""All that a function of the store raises when the database cannot do what it was asked."""

TRANSIENT_ERRORS = (DatabaseUnreachableError, psycopg.OperationalError)
"""Those of them after which the same may succeed later, such as a lost connection or a cancelled query."""


def connect(url: str, *, parallel_queries: bool = True) -> Session:
    """Open an autocommit connection that speaks UTC; multi-statement work opens its own transaction.

    It may lead through a pooler, such as PgBouncer, that gives each transaction another session.

    Args:
        url: any connection string that libpq takes, or SQLAlchemy's `postgresql+psycopg://`. What it says of
            keepalives and of the time that connecting may take is followed.
        parallel_queries: whether PostgreSQL may use several processes for one query; not where the caller has
            several connections at work already.

    Raises:
        DatabaseUnreachableError: names the host, the database and the server's reason, never the password.
            Statements on the connection raise it, too, once it is lost.
    """
    at: dict[str, Any] = {**_DEFAULTS, **conninfo_to_dict(libpq_url(url))}
    try:
        conn = Session.open(make_conninfo(**at), parallel_queries=parallel_queries)
    except psycopg.Error as error:
        raise DatabaseUnreachableError(_explain(at, error)) from None  # the original's text repeats the URL
    where = _where(at | {"host": conn.info.host})  # of several hosts, the one that answered
    conn.explain_loss = partial(_explain_loss, where, _patience(at))
    conn.explain_read_only = partial(_explain_read_only, where)
    try:
        if not conn.is_pooled:  # asks the server: a pooler answers also where there is none behind it
            alone(conn).execute(_OWN_SESSION)
    except BaseException:
        conn.close()
        raise
    return conn


def alone(conn: Connection) -> Cursor[TupleRow]:
    """Return a cursor for what PostgreSQL refuses in a transaction, such as `create database` or `vacuum`."""
    return Cursor(conn)


@contextmanager
def transaction_without_disk_wait(conn: Connection) -> Iterator[None]:
    """Open a transaction whose commit does not wait until it is on disk; `wait_for_disk` does so for many."""
    with conn.transaction():
        conn.execute("set local synchronous_commit = off")
        yield


def wait_for_disk(conn: Connection) -> None:
    """Wait until everything that was committed before is on disk, whoever committed it, and waited or not.

    PostgreSQL writes its log in the order of the commits, so that one which waits vouches for all before it.
    A connection that is older than they are cannot outlive a crash of the server in between unnoticed; behind
    a pooler it can, and whoever relies on a commit looks for it afterwards.
    """
    with conn.transaction():
        conn.execute(_WAITS)
        conn.execute("select pg_logical_emit_message(true, 'tier1', '')")  # the least that a commit waits for


def waited_seconds(conn: Connection) -> float:
    """Return for how long a connection of `connect` has waited for the server, since it was opened.

    Sending rows counts, with libpq's part of the work: until the server takes them nothing else is done.
    """
    return conn.waited_seconds if isinstance(conn, Session) else 0.0


def cancel(conn: Connection, timeout_seconds: float) -> None:
    """Ask the server to cancel the connection's statement; do nothing where the connection is gone."""
    with suppress(psycopg.Error):  # the connection was closed meanwhile, or the server is gone
        conn.cancel_safe(timeout=timeout_seconds)


def end_workers(workers: Collection[Future[Any]], conns: Collection[Connection]) -> None:
    """End threads that are at work on these connections, also one that waits for a lock in the database."""
    while wait(workers, timeout=_CANCEL_AGAIN_SECONDS).not_done:
        for conn in conns:
            cancel(conn, _CANCEL_AGAIN_SECONDS)


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
    """Wait until the database takes writes; its instance may be restarting, or a standby takes its place.

    Raises:
        DatabaseUnreachableError: the database still takes none after so many seconds.
    """
    for attempt in Retrying(
        retry=retry_if_exception_type(DatabaseUnreachableError),
        stop=stop_after_delay(seconds),
        wait=wait_exponential(max=15),
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    ):
        with attempt, connect(url) as conn:
            require_writable(conn)


def require_writable(conn: Session) -> None:
    """Refuse a server that only reads.

    Raises:
        DatabaseUnreachableError: it is a standby.
    """
    if conn.execute("select pg_is_in_recovery()").fetchone() != (False,):
        raise DatabaseUnreachableError(
            conn.explain_read_only(errors.ReadOnlySqlTransaction("the server is in recovery"))
        )


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


def _explain_read_only(where: str | None, error: Exception) -> str:
    return (
        f"{where or 'the database'} takes no writes now: {_reason(error)}. It is a standby, or about to "
        "become the primary. Finished months are kept: when it takes writes, clear the task or repeat the "
        "command. Where the URL names several hosts, target_session_attrs=read-write finds the primary."
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
