"""Says what is going on: a spinner with seconds on a terminal, plain lines elsewhere, never silence."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from embedded.errors import EmbeddedError

LINE_EVERY_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.2


@contextmanager
def step(console: Console, what: str) -> Iterator[None]:
    """Show `what` while the block runs, and how long it took once it is done."""
    begun = time.monotonic()
    with _spinner(console, what) if console.is_terminal else _lines(console, what):
        yield
    console.print(f"{what}: done in {time.monotonic() - begun:.1f} s", highlight=False)


def wait_until(
    ready: Callable[[], bool], *, timeout: float, what: str, check: Callable[[], object] = lambda: None
) -> None:
    """Wait until `ready`, at most `timeout` seconds; `check` raises where waiting has become pointless."""
    deadline = time.monotonic() + timeout
    while not ready():
        check()
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{what} was not ready within {timeout:.0f} s")
        time.sleep(LOOK_EVERY_SECONDS)


@contextmanager
def _spinner(console: Console, what: str) -> Iterator[None]:
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


@contextmanager
def _lines(console: Console, what: str) -> Iterator[None]:
    over = threading.Event()
    begun = time.monotonic()

    def talk() -> None:
        while not over.wait(LINE_EVERY_SECONDS):
            console.print(f"{what}: {time.monotonic() - begun:.0f} s ...", highlight=False)

    talker = threading.Thread(target=talk, daemon=True)
    talker.start()
    try:
        yield
    finally:
        over.set()
        talker.join()
