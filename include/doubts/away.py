"""Stretches of bars at which a pair is far from its cross rates."""

from collections.abc import Iterator

import numpy as np

from include.doubts.part import ANOTHER_THING, Part

FAR = np.log(1.01)
"""In a year of real prices no bar of any pair was off by more than 0.6 %."""
_TIMES_AS_FAR = 10.0


def stretches(part: Part, k: int) -> Iterator[np.ndarray]:
    """Yield the positions of each stretch of the pair's bars that are far off, one after the other.

    Far is 1 %, and ten times the middle of the month: a pair on another clock is off all the time. Months in
    which it is another thing altogether are left out: they are told as that.
    """
    gap = part.gap[k]
    shared = np.flatnonzero(~np.isnan(gap))
    sizes = np.abs(gap[shared])
    far = sizes >= FAR
    if not far.any():
        return
    for _, month in part.months():
        middle = part.middle(k, month) or 0.0
        limit = np.inf if middle >= ANOTHER_THING else _TIMES_AS_FAR * middle
        far &= (sizes >= limit) | (shared < month.start) | (shared >= month.stop)
    for start, end in runs(far):
        yield shared[start:end]


def runs(flags: np.ndarray, fewest: int = 1) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each run of so many flags, or more, that are set."""
    starts, ends = np.flatnonzero(np.diff(flags, prepend=False, append=False)).reshape(-1, 2).T
    long = ends - starts >= fewest
    yield from zip(starts[long].tolist(), ends[long].tolist(), strict=True)
