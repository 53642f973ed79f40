"""A price that stays the same while its cross rates move: a feed that hangs, or prices of too few digits."""

from collections.abc import Iterator

import numpy as np

from include.doubts import effects
from include.doubts.away import runs
from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "stuck prices"

_FEWEST = 10
"""In a year of real prices no pair stood still for more than 4 bars."""
_MOVED = 0.003


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each stretch of bars without a move in which the cross rates moved by 0.3 %."""
    for k, pair in enumerate(PAIRS):
        own = np.flatnonzero(~np.isnan(part.x[k]))
        for start, end in runs(np.diff(part.x[k, own]) == 0.0, _FEWEST - 1):
            bars = own[start : end + 1]
            cross = part.cross[k, bars]
            cross = cross[~np.isnan(cross)]
            if not len(cross) or (moved := float(np.ptp(cross))) < _MOVED:
                continue
            yield Doubt(
                pair,
                "is stuck while its cross rates move",
                f"{effects.price(part.x[k, bars[0]])}, cross rates from {effects.price(cross.min())} to "
                f"{effects.price(cross.max())}, from",
                part.at(bars[0]),
                part.at(bars[0]),
                part.at(bars[-1]),
                len(bars),
                moved,
                f"Load {pair} again for that time, or delete the bars; otherwise {effects.off(pair, moved)}.",
            )
