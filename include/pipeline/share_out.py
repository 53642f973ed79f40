"""Shares items out among threads, each with its own connection."""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from include.store.connection import Connection, DatabaseUnreachableError, connect, end_workers

log = logging.getLogger(__name__)

T = TypeVar("T")


class TooFewConnectionsError(DatabaseUnreachableError):
    """The database does not grant as many connections as were asked for."""


def share_out(
    conns: Sequence[Connection], items: Iterable[T], work: Callable[[Connection, T], None], name: str
) -> None:
    """Do the work on every item, on so many of them at a time as there are connections.

    After an error, a signal or a time limit no further item begins, and what has begun is rolled back.

    Args:
        conns: one for each thread.
        items: whatever `work` takes, in the order in which it begins.
        work: called with the thread's connection and an item.
        name: the name of the threads.
    """
    todo: SimpleQueue[T] = SimpleQueue()
    for item in items:
        todo.put(item)

    def work_off(conn: Connection) -> None:
        with suppress(Empty):
            while True:
                work(conn, todo.get_nowait())

    if not conns:
        return
    with ThreadPoolExecutor(len(conns), thread_name_prefix=name) as pool:
        workers = [pool.submit(work_off, conn) for conn in conns]
        try:
            for worker in as_completed(workers):
                worker.result()
        except BaseException:
            with suppress(Empty):
                while True:
                    todo.get_nowait()
            end_workers(workers, conns)
            raise


def connections(stack: ExitStack, url: str, wanted: int, at_least: int) -> list[Connection]:
    """Open the connections of the threads, before any of them has begun: a count may have changed meanwhile.

    Raises:
        DatabaseUnreachableError: the database refuses all of them.
        TooFewConnectionsError: it refuses some, and fewer than `at_least` stand.
    """
    opened: list[Connection] = []
    for _ in range(wanted):
        try:
            # one connection for many items: its statements are planned once; they run side by side already
            opened.append(stack.enter_context(connect(url, parallel_queries=False)))
        except DatabaseUnreachableError as error:
            if not opened:
                raise
            if len(opened) < at_least:
                raise TooFewConnectionsError(
                    f"{wanted} months at once take {wanted + 1} connections, and the database grants "
                    f"{len(opened) + 1} now; no month was begun. {error} Ask for fewer months at once or for "
                    "auto, or raise max_connections or the limit of the role or the database."
                ) from None
            log.warning("%d months at once instead of %d: %s", len(opened), wanted, error)
            break
    return opened
