"""How far each pair is from its cross rates: in the middle, and in the worst thousandth of a month's bars."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from include.doubts.part import Part
from include.market import PAIRS
from include.months import Month

BPS = 1e4


@dataclass(frozen=True, slots=True)
class Deviation:
    """A pair's deviation in a month.

    Attributes:
        pair: the pair.
        month: the month.
        median_bps: the median of how far it is off, basis points.
        high_bps: what 99.9 % of the bars do not exceed, basis points.
    """

    pair: str
    month: Month
    median_bps: float
    high_bps: float


def deviations(part: Part) -> Iterator[Deviation]:
    """Yield the deviation of each pair in each month in which it has cross rates."""
    sizes = np.abs(part.gap)
    for month, here in part.months():
        for pair, row in zip(PAIRS, sizes[:, here], strict=True):
            size = row[~np.isnan(row)] * BPS
            if len(size):
                at = len(size) // 2, int(np.ceil(0.999 * len(size))) - 1
                size.partition(at)
                yield Deviation(pair, month, float(size[at[0]]), float(size[at[1]]))


def worst_months(found: Iterable[Deviation]) -> dict[str, Deviation]:
    """Return each pair's month with the largest high deviation."""
    worst: dict[str, Deviation] = {}
    for deviation in found:
        if deviation.pair not in worst or deviation.high_bps > worst[deviation.pair].high_bps:
            worst[deviation.pair] = deviation
    return {pair: worst[pair] for pair in PAIRS if pair in worst}


def as_text(worst: dict[str, Deviation]) -> str:
    """Return a table for a log or a terminal."""
    lines = ["Off from the cross rates, in basis points, in each pair's worst month:"]
    lines.append("pair    month     median    99.9 %")
    lines += [f"{it.pair}  {it.month}  {it.median_bps:8.2f}  {it.high_bps:8.2f}" for it in worst.values()]
    return "\n".join(lines)
