"""A price that leaves its cross rates and is back with the next bar: a bad tick."""

from collections.abc import Iterator

from include.doubts import effects
from include.doubts.away import stretches
from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "spikes"


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each bar that is far off by itself."""
    for k, pair in enumerate(PAIRS):
        for bars in stretches(part, k):
            if len(bars) == 1:
                (at,) = bars
                gap = float(part.gap[k, at])
                yield Doubt(
                    pair,
                    "has spikes that come back within a bar",
                    f"{effects.price(part.x[k, at])}, cross rates {effects.price(part.cross[k, at])} at",
                    part.at(at),
                    part.at(at),
                    part.at(at),
                    1,
                    abs(gap),
                    f"Correct or delete these bars of {pair}; otherwise {effects.off(pair, gap)}; "
                    "*_volatility_* and *_momentum_* stay wrong for 630 bars more, coherence for 240.",
                )
