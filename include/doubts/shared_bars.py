"""Pairs whose bars are seldom at the times of the others."""

from collections.abc import Iterator

import numpy as np

from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "shared bars"

_FEW = 0.5
"""Share of a pair's bars that have a cross rate; of real ones more than 0.99 do."""
_SPARSE = 0.2


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each pair that seldom has a bar together with two others that make a cross rate."""
    for k, pair in enumerate(PAIRS):
        own = np.flatnonzero(~np.isnan(part.x[k]))
        if not len(own):
            continue  # the check of empty months says so
        shared = int((~np.isnan(part.gap[k])).sum())
        if shared < _FEW * len(own):
            says, share = "shares few of its bars with the others", shared / len(own)
            example = f"{share:.0%} of them have a cross rate, the first is at"
        elif len(own) < _SPARSE * len(part.ts):
            says, share = "has far fewer bars than the others", len(own) / len(part.ts)
            example = f"{share:.0%} of the grid's bars, the first is at"
        else:
            continue
        yield Doubt(
            pair,
            says,
            example,
            part.at(own[0]),
            part.at(own[0]),
            part.at(own[-1]),
            len(own),
            1.0 - share,
            f"Load {pair} with bars at the same times as the others'. Otherwise {pair}_arbitrage_* are NULL "
            "at most bars, its price is carried forward until it is too old, and windows, which count the "
            "bars of all pairs, cover less time.",
        )
