"""A pair whose times are shifted: its changes fit those of its cross rates at another time."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from include.doubts import effects
from include.doubts.another_thing import cut, same_direction
from include.doubts.doubt import Doubt
from include.doubts.part import Part
from include.market import PAIRS

NAME = "lags"

_IN_STEP = 0.6
"""Correlation with its cross rates, bar by bar, of a pair that is in step: real ones have 0.7 to 1."""
_CLEAR, _BETTER = 0.3, 0.2
_FEWEST = 500
_LONGEST = np.timedelta64(3, "D")
_MOST_STEPS = 4_000_000


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each pair that is out of step, and in step some time before or after."""
    for k, pair in enumerate(PAIRS):
        shared = np.flatnonzero(~np.isnan(part.gap[k]))
        if len(shared) < _FEWEST:
            continue
        now = same_direction(np.diff(part.x[k, shared]), np.diff(part.cross[k, shared]))
        if abs(now) >= _IN_STEP:
            continue
        late, fit = _best_lag(part, k)
        if late == 0 or fit < max(_CLEAR, now + _BETTER):
            continue
        by = abs(late) * part.steps[k].astype("timedelta64[s]").item()
        gap = float(np.median(np.abs(part.gap[k, shared])))
        yield Doubt(
            pair,
            f"looks {duration(by)} {'late' if late > 0 else 'early'}",
            f"the correlation with its cross rates is {fit:.2f} then, {now:.2f} at the same time, from",
            part.ts[shared[0]],
            part.ts[shared[0]],
            part.ts[shared[-1]],
            len(shared),
            fit,
            f"Load {pair} again with times that are UTC; otherwise {effects.off(pair, gap)}.",
        )


def duration(by: timedelta) -> str:
    """Write how long it is, in the largest unit that fits."""
    minutes = round(by.total_seconds() / 60)
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % length == 0 and minutes:
            return f"{minutes // length} {unit}{'s' if minutes > length else ''}"
    return f"{by.total_seconds():.0f} seconds"


def _best_lag(part: Part, k: int) -> tuple[int, float]:
    """Find by how many steps the pair has to be put back to fit its cross rates best, and how well."""
    step = part.steps[k]
    steps = ((part.ts - part.ts[0]) / step).round().astype(np.int64)
    length = int(steps[-1]) + 1
    if length > _MOST_STEPS:
        return 0, 0.0
    x, cross = (cut(np.diff(_filled(row, steps, length))) for row in (part.x[k], part.cross[k]))
    norm = float(np.sqrt((x * x).sum() * (cross * cross).sum()))
    if not norm:
        return 0, 0.0
    most = min(length // 4, max(10, int(_LONGEST / step)))
    size = 1 << (length + most).bit_length()
    fits = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(cross, size)), size) / norm
    lags = np.arange(-most, most + 1)
    best = int(lags[fits[lags].argmax()])
    return best, float(fits[best])


def _filled(row: np.ndarray, steps: np.ndarray, length: int) -> np.ndarray:
    """Put the row on even steps of time; where there is no bar, the last price stays."""
    even = np.full(length, np.nan)
    there = ~np.isnan(row)
    even[steps[there]] = row[there]
    last = np.where(np.isnan(even), -1, np.arange(length))
    np.maximum.accumulate(last, out=last)
    return even[np.where(last < 0, steps[there][0], last)]
