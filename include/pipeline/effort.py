"""What the months of a stage take of this process, and of the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from include.store.connection import Connection, waited_seconds


@dataclass(slots=True)
class Effort:
    """Adds up what months take that are computed side by side.

    Attributes:
        month_seconds: how long the months took, each by itself.
        waited_seconds: how much of that was spent waiting for the database.
    """

    month_seconds: float = 0.0
    waited_seconds: float = 0.0
    _cpu_before: float = field(default_factory=time.process_time)
    _one_at_a_time: Lock = field(default_factory=Lock)

    @property
    def cpu_seconds(self) -> float:
        """Processor time of this process, all its threads, since the effort began."""
        return time.process_time() - self._cpu_before

    @contextmanager
    def of_a_month(self, conn: Connection) -> Iterator[None]:
        """Count what is done within, over the connection of the thread."""
        began, waited = time.monotonic(), waited_seconds(conn)
        yield
        with self._one_at_a_time:
            self.month_seconds += time.monotonic() - began
            self.waited_seconds += waited_seconds(conn) - waited
