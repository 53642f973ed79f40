"""A pair whose times are shifted: its changes fit those of its cross rates at another time."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from include.doubts import effects
from include.doubts.another_thing import OFF
from include.doubts.doubt import Doubt
from include.doubts.part import Part, median
from include.market import CURRENCIES, PAIRS, base_and_quote, leg
from include.numerics.lag import best_lag, correlation_of_changes

NAME = "lags"

_IN_STEP = 0.6
"""Correlation with its cross rates, bar by bar, of a pair that is in step: real ones have 0.7 to 1."""
_CLEAR, _BETTER = 0.3, 0.2
_FEWEST = 500
_LONGEST = np.timedelta64(3, "D")


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each pair, and for each currency, that is in step some time before or after."""
    for k, pair in enumerate(PAIRS):
        what_to_do = f"Load {pair} again with times that are UTC"
        yield from _lag(part, pair, k, part.x[k], part.cross[k], what_to_do)
    whole = slice(0, len(part.ts))
    off = [(part.middle(k, whole) or 0.0) >= OFF for k in range(len(PAIRS))]
    for c, currency in enumerate(CURRENCIES):
        its = [k for k, pair in enumerate(PAIRS) if c in base_and_quote(pair)]
        others = [k for k in range(len(PAIRS)) if k not in its and not off[k]]
        if all(off[k] for k in its) and others:
            # its pairs share their clock: what two of them say of another pair is late as they are
            b, q = base_and_quote(PAIRS[others[0]])
            by_way = sum(it.sign * part.x[it.pair] for it in (leg(b, c), leg(c, q)))
            name = f"every pair of {currency.lower()}"
            what_to_do = f"Load {name} again with times that are UTC"
            yield from _lag(part, name, its[0], np.asarray(by_way), part.x[others[0]], what_to_do)


def _lag(
    part: Part, name: str, k: int, x: np.ndarray, reference: np.ndarray, what_to_do: str
) -> Iterator[Doubt]:
    """Yield a doubt where `x` is not in step with the reference, and would be at another time."""
    shared = np.flatnonzero(~np.isnan(x - reference))
    if len(shared) < _FEWEST or k not in part.steps:
        return
    now = correlation_of_changes(x[shared], reference[shared])
    if abs(now) >= _IN_STEP:
        return
    step = part.steps[k]
    steps = ((part.ts - part.ts[0]) / step).round().astype(np.int64)
    late, fit = best_lag(x, reference, steps, max(10, int(_LONGEST / step)))
    if late == 0 or fit < max(_CLEAR, now + _BETTER):
        return
    by = duration(abs(late) * step.astype("timedelta64[s]").item())
    gap = median(np.abs(part.gap[k][~np.isnan(part.gap[k])]))
    yield Doubt(
        name,
        f"looks {by} {'late' if late > 0 else 'early'}",
        f"the correlation with its cross rates is {fit:.2f} then, {now:.2f} at the same time, from",
        part.at(shared[0]),
        part.at(shared[0]),
        part.at(shared[-1]),
        len(shared),
        fit,
        f"{what_to_do}; otherwise {effects.off(PAIRS[k], gap)}.",
    )


def duration(by: timedelta) -> str:
    """Write how long it is, in the largest unit that fits."""
    minutes = round(by.total_seconds() / 60)
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % length == 0 and minutes:
            return f"{minutes // length} {unit}{'s' if minutes > length else ''}"
    return f"{by.total_seconds():.0f} seconds"
