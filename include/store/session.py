"""A connection whose every transaction sets what it relies on, and that leaves nothing behind.

A role, a database or a pooler may have set anything, and so may whoever had a pooler's session before us;
what we set for a session would stay for whoever has it next. So nothing is done outside of a transaction,
what is set ends with it, and no statement is prepared by name: the next transaction may be in another
session.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar

import psycopg
from psycopg import Connection, Cursor, IsolationLevel, Transaction, errors
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

T = TypeVar("T")

# Who had the session before us may have left another role, and another place for what we create: those that
# our own role begins with count.
_OUR_OWN = """
set local role to default; set local row_security to default;
set local default_tablespace to default; set local default_table_access_method to default;
"""
# Nobody else's functions or operators are found, however well they fit; those named by their schema are.
# Then the text of times, numbers and strings on their way here and back, and no limit but our own: a month is
# one transaction, idle while it is computed.
_RELIED_ON = """
set local search_path = pg_catalog, pg_temp;
set local client_encoding = 'UTF8'; set local standard_conforming_strings = on;
set local extra_float_digits = 1; set local intervalstyle = 'postgres';
set local time zone 'UTC'; set local datestyle = 'ISO, MDY';
set local statement_timeout = 0; set local lock_timeout = 0;
set local idle_in_transaction_session_timeout = 0; set local jit = off;
"""
_SINCE_17 = "set local transaction_timeout = 0;"
_NO_PARALLEL_QUERIES = (
    "set local max_parallel_workers_per_gather = 0; set local max_parallel_maintenance_workers = 0;"
)
# classes of SQLSTATE: connection exception; the operator, a crash or a start has ended the session
_LOST = ("08", "57P")


class DatabaseUnreachableError(ConnectionError):
    """The feature database cannot be connected to, the connection was lost, or nobody can write there now."""


class Session(Connection[TupleRow]):
    """A connection, in autocommit mode: a statement outside of a transaction gets one of its own.

    Its errors name the server that was lost, wherever the loss is noticed.

    Attributes:
        waited_seconds: how long it has waited for the server.
        sets: what each transaction begins with.
        explain_loss: makes the message about a loss.
        explain_read_only: makes the message about a server that takes no writes.
    """

    explain_loss: Callable[[Exception], str]
    explain_read_only: Callable[[Exception], str]
    sets: bytes
    waited_seconds = 0.0

    @classmethod
    def open(cls, conninfo: str, *, parallel_queries: bool) -> "Session":
        """Connect; nothing is asked of the server yet."""
        session = cls.connect(conninfo, autocommit=True, prepare_threshold=None, cursor_factory=_Cursor)
        sets = _OUR_OWN + _RELIED_ON
        if session.info.server_version >= 170000:
            sets += _SINCE_17
        session.sets = (sets if parallel_queries else sets + _NO_PARALLEL_QUERIES).encode()
        session.isolation_level, session.deferrable = IsolationLevel.READ_COMMITTED, False
        # a standby refuses even to be asked
        session.read_only = None if session.info.parameter_status("in_hot_standby") == "on" else False
        return session

    @cached_property
    def is_pooled(self) -> bool:
        """Whether a pooler is in between: it gives its clients numbers of their own."""
        (its_own,) = self.execute("select pg_backend_pid()").fetchone() or (None,)
        return its_own != self.info.backend_pid

    @contextmanager
    def transaction(self, *args: Any, **kwargs: Any) -> Iterator[Transaction]:
        """Open a transaction that sets what it relies on, or a savepoint in the one that is open."""
        is_new = self.info.transaction_status == TransactionStatus.IDLE
        with super().transaction(*args, **kwargs) as transaction:
            if is_new:
                self.execute(self.sets)
            yield transaction

    def wait(self, gen: PQGen[T], *args: Any, **kwargs: Any) -> T:
        """Wait for whatever is read or written."""
        began = time.perf_counter()
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            if self.closed or _is_loss(error):
                raise DatabaseUnreachableError(self.explain_loss(error)) from None
            if self._is_read_only(error):
                raise DatabaseUnreachableError(self.explain_read_only(error)) from None
            raise
        finally:
            self.waited_seconds += time.perf_counter() - began

    def _is_read_only(self, error: psycopg.Error) -> bool:
        """Tell whether the server takes no writes; a standby takes `begin read write` for unsupported."""
        idle = self.info.transaction_status == TransactionStatus.IDLE
        return isinstance(error, errors.ReadOnlySqlTransaction) or (
            isinstance(error, errors.FeatureNotSupported) and idle and self.read_only is False
        )


def _is_loss(error: psycopg.Error) -> bool:
    """Tell whether the session has ended; the server of a foreign table may be lost, and ours goes on."""
    ends = (error.sqlstate or "").startswith(_LOST)
    return ends and error.diag.severity_nonlocalized != "ERROR"


class _Cursor(Cursor[Any]):
    """A cursor whose statements are always in a transaction."""

    def execute(self, *args: Any, **kwargs: Any) -> "_Cursor":
        """Execute the statement; what it returns has been read when the transaction ends."""
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            return super().execute(*args, **kwargs)
        with self.connection.transaction():
            return super().execute(*args, **kwargs)
