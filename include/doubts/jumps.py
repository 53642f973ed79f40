"""A price that is half or twice what it was a bar ago, as its cross rates are: a currency of another unit."""

from collections.abc import Iterator

import numpy as np

from include.doubts import effects
from include.doubts.away import FAR
from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "jumps"

_JUMP = np.log(1.5)
"""The franc's jump of January 2015, the largest since 1999, was 0.2."""


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each jump that the other pairs of the currency have made, too."""
    for k, pair in enumerate(PAIRS):
        own = np.flatnonzero(~np.isnan(part.x[k]))
        before = np.nan if part.before is None else part.before.x[k]
        prices = np.concatenate([[before], part.x[k, own]])
        for i in np.flatnonzero(np.abs(np.diff(prices)) >= _JUMP):
            at = own[i]
            if np.abs(part.gap[k, at]) >= FAR or np.abs(part.gap[k, own[max(i - 1, 0)]]) >= FAR:
                continue  # this pair alone: the other checks say so
            yield Doubt(
                pair,
                "jumps, and its cross rates with it",
                f"{effects.price(prices[i])}, then {effects.price(prices[i + 1])} at",
                part.at(at),
                part.at(at),
                part.at(at),
                1,
                float(np.abs(prices[i + 1] - prices[i])),
                f"Load all pairs of the currency in one unit. Otherwise {effects.baskets(pair)} go on at "
                "another level, and *_momentum_*, *_volatility_* and the blocs show the jump for 630 bars.",
            )
