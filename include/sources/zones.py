"""Clocks: the UTC times of times without an offset, and which clock such times look like."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from include.sources.errors import BadPricesError

_QUANTUM = 15
"""Minutes within which no clock changes."""
_REMEDY = ": give another --timezone, or write times with an offset"
_SHIFTED = re.compile(r"(?P<zone>.+?)(?P<hours>[+-]\d{1,2})(?::(?P<minutes>\d\d))?")
_LIKELY = (
    "UTC", "America/New_York", "EST", "America/New_York+7", "Europe/London", "Europe/Berlin",
    "Europe/Helsinki", "America/Chicago", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip
"""The clocks of those who sell or show prices."""
_WEEK_ENDS = 17
"""The market closes on Friday and opens on Sunday at this hour in New York."""


class AmbiguousTimeError(ValueError):
    """A time that the clock showed twice, or never; `args` are its position, and what is wrong with it."""


class Clock:
    """A clock by its name: `America/New_York`, or one that is hours ahead of it: `America/New_York+7`."""

    def __init__(self, name: str) -> None:
        """Find the clock.

        Raises:
            BadPricesError: there is none of that name.
        """
        self.name = name
        zone, ahead = _zone(name), np.timedelta64(0, "m")
        shifted = _SHIFTED.fullmatch(name)
        if zone is None and shifted:
            zone = _zone(shifted["zone"])
            minutes = 60 * int(shifted["hours"][1:]) + int(shifted["minutes"] or 0)
            ahead = np.timedelta64(minutes if shifted["hours"][0] == "+" else -minutes, "m")
        if zone is None:
            raise BadPricesError(
                f"no clock is called {name!r}: write a time zone such as UTC, America/New_York or EST, or "
                "one with the hours that the clock is ahead of it, such as America/New_York+7"
            )
        self._zone, self._ahead = zone, ahead

    def offsets(self, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return by how much the clock is ahead of UTC when it shows a time: the first time, and the last."""
        first, last = (
            self._by_quantum(
                shown - self._ahead, lambda it, fold=fold: it.replace(tzinfo=self._zone, fold=fold)
            )
            for fold in (0, 1)
        )
        return first, last

    def shown(self, utc: np.ndarray) -> np.ndarray:
        """Return what the clock shows at UTC times."""
        return utc + self._by_quantum(utc, lambda it: it.replace(tzinfo=UTC).astimezone(self._zone))

    def _by_quantum(self, times: np.ndarray, aware: Callable[[datetime], datetime]) -> np.ndarray:
        quanta, where = np.unique(times.astype("datetime64[m]").astype(int) // _QUANTUM, return_inverse=True)
        starts = (quanta * _QUANTUM).astype("datetime64[m]").astype("datetime64[s]").tolist()
        offsets = [aware(it).utcoffset() or timedelta(0) for it in starts]
        return np.array(offsets, "timedelta64[s]")[where] + self._ahead

    def utc(self, shown: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
        """Return the UTC times at which the clock showed these.

        Where it was put back, an hour was shown twice: within each of the `groups`, times are the second ones
        after they have stepped back once.

        Raises:
            AmbiguousTimeError: it cannot be told which of the two hours it is, or the clock never showed it.
        """
        first, last = self.offsets(shown)
        never = last > first  # put forward
        if never.any():
            raise AmbiguousTimeError(
                int(np.argmax(never)), f"is a time that the clock {self.name} never showed{_REMEDY}"
            )
        twice = first > last
        offset = first.copy()
        for group in np.unique(groups[twice]) if groups is not None else [None] * bool(twice.any()):
            at = np.flatnonzero(twice if group is None else twice & (groups == group))
            # each autumn has its own hour
            for days in np.split(at, np.flatnonzero(np.diff(shown[at]) > np.timedelta64(7, "D")) + 1):
                back = np.flatnonzero(np.diff(shown[days]) < np.timedelta64(0))
                if len(back) != 1:
                    raise AmbiguousTimeError(
                        int(days[0]),
                        f"was shown twice by the clock {self.name}, and nothing tells which it is{_REMEDY}",
                    )
                second = days[back[0] + 1 :]
                offset[second] = last[second]
        return shown - offset


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such file, a path, a folder
        return None


def clocks_that_repeat(shown: np.ndarray) -> list[str]:
    """Name the likely clocks that were put back at all of these times."""
    found = []
    for name in _LIKELY:
        first, last = Clock(name).offsets(shown)
        if (first > last).all():
            found.append(name)
    return found


def clocks_of_the_week(shown: np.ndarray) -> list[str]:
    """Name the likely clocks on which the market's week has its hours; none where there is no weekend."""
    shown = np.unique(shown[~np.isnat(shown)].astype("datetime64[m]"))
    return [name for name in _LIKELY if len(shown) and _fits(Clock(name), shown)]


def _fits(clock: Clock, shown: np.ndarray) -> bool:
    """Tell whether weekends are New York's, from Friday 17:00 to Sunday 17:00, all but a few."""
    pause = np.diff(shown)
    weekends = np.flatnonzero((pause > np.timedelta64(36, "h")) & (pause < np.timedelta64(60, "h")))
    if len(weekends) == 0:
        return False
    new_york = Clock("America/New_York").shown(shown - clock.offsets(shown)[0])
    ends, starts = _minute_of_week(new_york[weekends]), _minute_of_week(new_york[weekends + 1])
    friday, sunday = (4 * 24 + _WEEK_ENDS) * 60, (6 * 24 + _WEEK_ENDS) * 60
    return bool(np.percentile(abs(ends - friday), 80) <= 20 and np.percentile(abs(starts - sunday), 80) <= 20)


def _minute_of_week(times: np.ndarray) -> np.ndarray:
    """Return the minutes since Monday 00:00; 1970-01-05 was a Monday."""
    return (times - np.datetime64("1970-01-05")).astype("timedelta64[m]").astype(int) % (7 * 24 * 60)
