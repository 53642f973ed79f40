"""One look for all who ask: whoever looks at a page, however many, the database and AWS are asked once."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

log = logging.getLogger("tier1")

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

LOOKERS = 2
"""Looks of one kind at the same time; each kind has threads of its own: one that hangs holds up no other."""
LATE_SECONDS = 3.0
"""How much older than agreed something may be while it is looked at again, before that is said."""
NO_ANSWER = "no answer yet"


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """What a look has found, and how old that is.

    Attributes:
        value: what was seen last; None before the first look has succeeded.
        at: when that was.
        why: why nothing newer could be seen; empty where the value is fresh.
    """

    value: T | None = None
    at: datetime | None = None
    why: str = ""

    @property
    def is_just_asked(self) -> bool:
        """Whether there is no answer yet, and no error either."""
        return self.at is None and self.why == NO_ANSWER


def _pool_of(lookers: int) -> Executor:
    return ThreadPoolExecutor(lookers, thread_name_prefix="tier1-look")


class SharedLook(Generic[T]):
    """What was seen last; looks again when that is too old and somebody asks, for all who ask meanwhile.

    Args:
        look: reads something; an error of it keeps what was seen before, and says so.
        seconds: how long what was seen, or the error, counts as new.
        patience: how many seconds somebody who asks waits for a look, before the old one has to do.
        pool: where it is looked, never in the threads that answer requests; None: in a thread of its own.
    """

    def __init__(
        self, look: Callable[[], T], seconds: float, patience: float = 2.0, pool: Executor | None = None
    ) -> None:
        self._look, self._seconds, self._patience = look, seconds, patience
        self._pool = pool or _pool_of(1)
        self._lock = threading.Lock()
        self._looking: Future[None] | None = None
        self._ended = -float("inf")
        self._seen: Seen[T] = Seen()

    def see(self) -> Seen[T]:
        """Return what was seen last, no older than `seconds` unless `why` says why."""
        with self._lock:
            is_idle = self._looking is None or self._looking.done()
            if is_idle and time.monotonic() - self._ended >= self._seconds:
                self._looking = self._pool.submit(self._look_now)
            looking = self._looking
        if looking and wait([looking], self._patience).not_done:
            return self._meanwhile(self._seen)
        return self._seen

    def _meanwhile(self, seen: Seen[T]) -> Seen[T]:
        """Return what may be shown while the next look lasts."""
        oldest = datetime.now(UTC) - timedelta(seconds=self._seconds + LATE_SECONDS)
        is_recent = seen.at is not None and seen.at > oldest
        return seen if seen.why or is_recent else replace(seen, why=NO_ANSWER)

    def _look_now(self) -> None:
        try:
            self._seen = Seen(self._look(), datetime.now(UTC))
        except Exception as error:  # whatever it is, the page shows what it knows, and this
            log.info("The page could not look: %s", error, exc_info=not str(error))
            said = getattr(error, "orig", None) or error  # SQLAlchemy's own text has the whole statement
            self._seen = replace(self._seen, why=str(said) or type(error).__name__)
        finally:
            self._ended = time.monotonic()


class SharedLooks(Generic[K, T]):
    """A shared look for each key, such as a run; those that nobody has asked for are forgotten first.

    Args:
        look: reads what belongs to a key.
        seconds: as `SharedLook` has it.
        patience: as `SharedLook` has it.
        most: how many keys are kept.
    """

    def __init__(self, look: Callable[[K], T], seconds: float, patience: float = 2.0, most: int = 64) -> None:
        self._look, self._seconds, self._patience, self._most = look, seconds, patience, most
        self._lock, self._pool = threading.Lock(), _pool_of(LOOKERS)
        self._looks: OrderedDict[K, SharedLook[T]] = OrderedDict()

    def see(self, key: K) -> Seen[T]:
        """Return what was seen last of a key."""
        with self._lock:
            if key not in self._looks:
                self._looks[key] = SharedLook(
                    lambda: self._look(key), self._seconds, self._patience, self._pool
                )
            self._looks.move_to_end(key)
            while len(self._looks) > self._most:
                self._looks.popitem(last=False)
            look = self._looks[key]
        return look.see()
