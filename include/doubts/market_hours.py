"""Weeks that begin and end at another time than the market's: the clock of all prices may be another one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from include.doubts.doubt import Doubt
from include.doubts.lags import duration
from include.doubts.part import Part
from include.market import PAIRS

NAME = "market hours"

_GAP = np.timedelta64(24, "h")
_SHIFTED, _AGREE = timedelta(minutes=90), timedelta(minutes=30)
_NEW_YORK = ZoneInfo("America/New_York")
"""The week begins on Sunday at 17:00 and ends on Friday at 17:00 there."""


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each pair whose weeks both begin and end early, or late, by the same time."""
    usual = part.usual
    if usual is None or not part.is_intraday:
        return
    for k, pair in enumerate(PAIRS):
        ts = part.ts[~np.isnan(part.x[k])]
        weekends = np.flatnonzero(np.diff(ts) > _GAP)
        if not len(weekends):
            continue
        opens, closes = ts[weekends + 1], ts[weekends] + usual
        opening = _middle([_shift(it, weekday=6) for it in opens])
        closing = _middle([_shift(it, weekday=4) for it in closes])
        if abs(opening) < _SHIFTED or abs(opening - closing) > _AGREE:
            continue
        by = duration(timedelta(minutes=15 * round(abs(opening) / timedelta(minutes=15))))
        yield Doubt(
            pair,
            f"has weeks that look {by} {'late' if opening > timedelta(0) else 'early'}",
            "a week begins at",
            opens[0],
            ts[0],
            ts[-1],
            len(ts),
            0.0,
            f"Look which clock the times of {pair} are of, and load it again with times that are UTC. "
            "Otherwise its features have the wrong time; with other pairs on another clock they are wrong.",
        )


def _shift(time: np.datetime64, weekday: int) -> timedelta:
    """Return how far a time is from the nearest 17:00 in New York of that day of the week."""
    moment = time.astype("datetime64[s]").item().replace(tzinfo=UTC)
    there = moment.astimezone(_NEW_YORK)
    days = (weekday - there.weekday()) % 7
    sides = (_at_17(there, days), _at_17(there, days - 7))
    return min((moment - side for side in sides), key=abs)


def _at_17(there: datetime, days: int) -> datetime:
    return (there.replace(hour=17, minute=0, second=0) + timedelta(days=days)).astimezone(UTC)


def _middle(shifts: list[timedelta]) -> timedelta:
    return sorted(shifts)[len(shifts) // 2]
