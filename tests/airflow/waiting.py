"""Waiting for what happens by itself."""

import time
from collections.abc import Callable

LOOK_EVERY_SECONDS = 0.15
patience = 1.0  # the part of the time that is really waited for; less where nothing good is expected


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until it holds; fail where it does not in time."""
    end = time.monotonic() + seconds * patience
    while not condition():
        assert time.monotonic() < end, f"did not come true within {seconds * patience:.0f} s"
        time.sleep(LOOK_EVERY_SECONDS)
