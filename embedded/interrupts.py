"""What asks a command to end, a closed terminal too, is Ctrl-C to it; what must not be done by half waits."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_all() -> None:
    """Raise KeyboardInterrupt, whichever of them comes."""
    for number in ENDINGS:
        signal.signal(number, signal.default_int_handler)


@contextmanager
def undivided() -> Iterator[None]:
    """Let them wait for the end of the block, which is short; programs that it starts know nothing of it."""
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)
