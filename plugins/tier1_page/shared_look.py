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
WORTH_WAITING_SECONDS = 1.0
"""For how long a look is waited for where what is known is older than that: better late than out of date."""
HANGS_SECONDS = 8.0
"""For how long a look may be under way before that is a trouble; on a busy machine one may take seconds."""
PAUSE_SECONDS = 60.0
"""After how long an error says nothing any more: a page that somebody looks at asks again much sooner."""
NO_ANSWER = "no answer yet"
HANGS = "no answer for several seconds"


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
    def is_awaited(self) -> bool:
        """Whether a look has begun a moment ago: no trouble, but what is shown of it is old."""
        return self.why == NO_ANSWER


def _pool_of(lookers: int) -> Executor:
    return ThreadPoolExecutor(lookers, thread_name_prefix="tier1-look")


class SharedLook(Generic[T]):
    """What was seen last; looks again when that is too old and somebody asks, for all who ask meanwhile.

    Args:
        look: reads something; an error of it keeps what was seen before, and says so.
        seconds: how long what was seen, or the error, counts as new.
        patience: how many seconds somebody who asks waits for a look, before what was just seen has to do, or
            nothing where it is the first look.
        pool: where it is looked, never in the threads that answer requests; None: in a thread of its own.
    """

    def __init__(
        self, look: Callable[[], T], seconds: float, patience: float = 2.0, pool: Executor | None = None
    ) -> None:
        self._look, self._seconds, self._patience = look, seconds, patience
        self._pool = pool or _pool_of(1)
        self._lock = threading.Lock()
        self._looking: Future[None] | None = None
        self._began = self._ended = -float("inf")
        self._seen: Seen[T] = Seen()

    def begin(self) -> None:
        """Look again where that is due, and wait for nothing: several looks may be begun side by side."""
        with self._lock:
            is_idle = self._looking is None or self._looking.done()
            since, now = self._ended, time.monotonic()
            if is_idle and now - since >= self._seconds:
                if now - since >= PAUSE_SECONDS:
                    self._seen = replace(self._seen, why="")
                self._began = now
                self._looking = self._pool.submit(self._look_now)

    def see(self) -> Seen[T]:
        """Return what was seen last, no older than `seconds` unless `why` says why."""
        self.begin()
        with self._lock:
            looking, under_way = self._looking, time.monotonic() - self._began
        if looking and wait([looking], self._worth_waiting(under_way)).not_done:
            return self._meanwhile(self._seen, time.monotonic() - self._began)
        return self._seen

    def _worth_waiting(self, under_way: float) -> float:
        """Return for how long to wait for a look that has been under way for so many seconds."""
        is_first = self._seen.at is None and not self._seen.why
        if is_first or self._is_recent(self._seen):
            return self._patience
        return max(self._patience, WORTH_WAITING_SECONDS - under_way)

    def _meanwhile(self, seen: Seen[T], under_way: float) -> Seen[T]:
        """Return what may be shown while the next look lasts."""
        if seen.why or self._is_recent(seen):
            return seen
        return replace(seen, why=NO_ANSWER if under_way < HANGS_SECONDS else HANGS)

    def _is_recent(self, seen: Seen[T]) -> bool:
        oldest = datetime.now(UTC) - timedelta(seconds=self._seconds + LATE_SECONDS)
        return seen.at is not None and seen.at > oldest

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
