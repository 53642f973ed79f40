"""Words for whoever watches a task at work: the task does not wait for them, and does not fail with them."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Self

log = logging.getLogger("tier1")

PATIENCE_SECONDS = 3.0


class Aside:
    """Leaves what a task has found so far in an XCom, from a thread of its own.

    Where the API server hangs, Airflow tries each of them for a minute. The task goes on with its work
    meanwhile; what it has to tell Airflow itself, such as its return value, waits for the same server anyway.

    Args:
        ti: the task instance.
        key: of the XCom; each value takes the place of the one before.
    """

    def __init__(self, ti: Any, key: str) -> None:
        self._ti, self._key = ti, key
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="tier1-aside")
        self._last: Future[None] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def tell(self, value: Any) -> None:
        """Leave a value, in place of one that is not on its way yet."""
        if self._last:
            self._last.cancel()
        self._last = self._pool.submit(self._leave, value)

    def __exit__(self, *_: object) -> None:
        """Wait a little for the last value, then give it up."""
        if self._last:
            wait([self._last], PATIENCE_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _leave(self, value: Any) -> None:
        try:
            self._ti.xcom_push(key=self._key, value=value)
        except Exception as error:  # noqa: BLE001 - nobody but the page reads it
            log.warning("The page does not learn what was decided so far: %s", error)
