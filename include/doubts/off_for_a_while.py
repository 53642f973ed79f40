"""A pair that leaves its cross rates for more than one bar."""

from collections.abc import Iterator

import numpy as np

from include.doubts import effects
from include.doubts.away import stretches
from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "stretches"


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each stretch of two bars or more."""
    for k, pair in enumerate(PAIRS):
        for bars in stretches(part, k):
            if len(bars) > 1:
                worst = bars[np.abs(part.gap[k, bars]).argmax()]
                gap, x, cross = (float(it[k, worst]) for it in (part.gap, part.x, part.cross))
                yield Doubt(
                    pair,
                    "is off from its cross rates for a while",
                    f"{effects.price(x)}, cross rates {effects.price(cross)} at",
                    part.at(worst),
                    part.at(bars[0]),
                    part.at(bars[-1]),
                    len(bars),
                    abs(gap),
                    f"Correct or delete these bars of {pair}; otherwise {effects.off(pair, gap)}.",
                )
