"""Threads at work in the database are ended, also where a cancellation comes between two statements."""

import threading
from concurrent.futures import ThreadPoolExecutor

from include.store.connection import end_workers


class Deaf:
    """A connection that is between two statements when it is cancelled for the first time."""

    def __init__(self):
        self.asked, self.ended = 0, threading.Event()

    def cancel_safe(self, *, timeout):
        self.asked += 1
        if self.asked > 1:
            self.ended.set()


def test_a_cancellation_that_was_not_heard_is_repeated():
    conn = Deaf()
    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(conn.ended.wait, 30)
        end_workers([worker], [conn])
        assert worker.done()
    assert conn.asked == 2


def test_threads_that_have_ended_are_not_cancelled():
    conn = Deaf()
    with ThreadPoolExecutor(1) as pool:
        end_workers([pool.submit(int)], [conn])
    assert conn.asked == 0
