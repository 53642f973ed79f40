"""Bars of Saturdays and Sundays at which nothing moves: a source that fills its gaps."""

from collections.abc import Iterator

import numpy as np

from include.doubts import effects
from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "weekends"

_FEWEST, _MOST_MOVES = 20, 0.1
_SATURDAY, _SUNDAY_20H = 5 * 24, 6 * 24 + 20
"""Hours of the week, UTC: the market is closed from Friday 21:00 or 22:00 to Sunday 21:00 or 22:00."""


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each pair that has bars then, nearly all at the price of the bar before."""
    hours = hour_of_week(part.ts)
    closed = (hours >= _SATURDAY) & (hours < _SUNDAY_20H)
    if not closed.any():
        return
    for k, pair in enumerate(PAIRS):
        own = np.flatnonzero(~np.isnan(part.x[k]))
        moves = np.diff(part.x[k, own], prepend=np.nan)[closed[own]] != 0.0
        then = own[closed[own]]
        if len(then) < _FEWEST or moves.mean() > _MOST_MOVES:
            continue
        yield Doubt(
            pair,
            "has bars of weekends that do not move",
            f"{effects.price(part.x[k, then[0]])} at",
            part.at(then[0]),
            part.at(then[0]),
            part.at(then[-1]),
            len(then),
            float(len(then)),
            f"Delete the bars of {pair} from Friday's close to Sunday's opening (their volume is 0 mostly). "
            "Otherwise windows, which count bars, are filled with them on Mondays: *_volatility_* are too "
            "small, *_momentum_* near 0, *_coherence_* NULL.",
        )


def hour_of_week(ts: np.ndarray) -> np.ndarray:
    """Return the whole hours since Monday 00:00 UTC; 1970-01-01 was a Thursday."""
    return (ts.astype("datetime64[h]").astype(np.int64) + 3 * 24) % (7 * 24)
