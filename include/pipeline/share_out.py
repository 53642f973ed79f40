"""Shares items out among threads, each with its own connection."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from include.store.connection import Connection, cancel, connect

T = TypeVar("T")
CANCEL_AGAIN_SECONDS = 1.0  # a connection may have been between two statements


def share_out(
    url: str, items: Iterable[T], at_once: int, work: Callable[[Connection, T], None], name: str
) -> None:
    """Do the work on every item, on so many of them at a time.

    After an error, a signal or a time limit no further item begins, and what has begun is rolled back.

    Args:
        url: the feature database.
        items: whatever `work` takes, in the order in which it begins.
        at_once: threads, at most one for each item.
        work: called with the thread's connection and an item.
        name: the name of the threads.
    """
    todo: SimpleQueue[T] = SimpleQueue()
    for item in items:
        todo.put(item)
    connections: list[Connection] = []

    def work_off() -> None:
        # one connection for many items: its statements are planned once; the items run side by side already
        with connect(url, parallel_queries=False) as conn:
            connections.append(conn)
            with suppress(Empty):
                while True:
                    work(conn, todo.get_nowait())

    threads = min(at_once, todo.qsize())
    if not threads:
        return
    with ThreadPoolExecutor(threads, thread_name_prefix=name) as pool:
        workers = [pool.submit(work_off) for _ in range(threads)]
        try:
            for worker in as_completed(workers):
                worker.result()
        except BaseException:
            with suppress(Empty):
                while True:
                    todo.get_nowait()
            _cancel(workers, connections)
            raise


def _cancel(workers: list[Future[None]], connections: list[Connection]) -> None:
    """End the workers, also one that waits for a lock in the database."""
    while wait(workers, timeout=CANCEL_AGAIN_SECONDS).not_done:
        for conn in connections:
            cancel(conn, CANCEL_AGAIN_SECONDS)
