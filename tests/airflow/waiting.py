"""Waiting for what happens by itself."""

import time
from collections.abc import Callable

LOOK_EVERY_SECONDS = 0.25


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until it holds; fail where it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"did not come true within {seconds} s"
        time.sleep(LOOK_EVERY_SECONDS)
