"""A part of the history that is looked at as one, and what each pair should be in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from include.market import CURRENCIES, PAIRS, base_and_quote, leg
from include.months import Month
from include.numerics.cross_rates import median_cross_rates
from include.stages.panel import Panel

ANOTHER_THING = np.log(1.02)
"""A pair that is off by this in the middle is not what its name says: real ones are off by 0.0002."""
_SAMPLE, _SOME, _FEWEST = 1_000, 10, 5
_HOUR = np.timedelta64(1, "h")

_CROSSES = [
    [(leg(b, z), leg(z, q)) for z in range(len(CURRENCIES)) if z not in (b, q)]
    for b, q in map(base_and_quote, PAIRS)
]
LEG_PAIR = np.array([[[it.pair for it in legs] for legs in crosses] for crosses in _CROSSES])
LEG_SIGN = np.array([[[it.sign for it in legs] for legs in crosses] for crosses in _CROSSES], float)


@dataclass(frozen=True)
class Tail:
    """How a part ends.

    Attributes:
        usual: the usual time between two bars; None where there are hardly any.
        x: each pair's last price so far, log units, shape [28]; NaN = none yet.
    """

    usual: np.timedelta64 | None
    x: np.ndarray


@dataclass(frozen=True)
class Part:
    """One or more months.

    Attributes:
        ts: times of the grid's bars, `datetime64[us]`, shape [T].
        x: raw log prices, shape [28, T], NaN = no bar.
        cross: what each would be by way of the other pairs: the median of its six cross rates, shape [28, T].
        before: how the part before ended; None where there is none.
    """

    ts: np.ndarray
    x: np.ndarray
    cross: np.ndarray
    before: Tail | None = None

    @classmethod
    def of(cls, panel: Panel, before: Tail | None = None) -> Self:
        """Work out the cross rates, without the legs of pairs that are something else."""
        x = np.log(panel.close)
        trusted = x.copy()
        trusted[_not_to_be_trusted(x[:, :: max(1, x.shape[1] // _SAMPLE)])] = np.nan
        cross = median_cross_rates(trusted, LEG_PAIR, LEG_SIGN)
        alone = np.isnan(cross).all(axis=1)
        if alone.any():  # all pairs of a currency are something else: then each is off from all others
            cross[alone] = median_cross_rates(x, LEG_PAIR, LEG_SIGN)[alone]
        return cls(panel.ts, x, cross, before)

    @cached_property
    def gap(self) -> np.ndarray:
        """How far each price is from its cross rates, log units; NaN where there is none of either."""
        return self.x - self.cross

    def at(self, bar: Any) -> np.datetime64:
        """Return the time of the bar at this position."""
        return self.ts[int(bar)]

    def middle(self, k: int, here: slice) -> float | None:
        """Return how far the pair is from its cross rates in the middle; None where it has hardly any."""
        sizes = np.abs(self.gap[k, here])
        sizes = sizes[~np.isnan(sizes)]
        return median(sizes) if len(sizes) >= _FEWEST else None

    @cached_property
    def steps(self) -> dict[int, np.timedelta64]:
        """The usual time between two bars of a pair, by its position; only of pairs that have some bars."""
        own = {k: self.ts[~np.isnan(row)] for k, row in enumerate(self.x)}
        return {k: _usual_step(ts) for k, ts in own.items() if len(ts) >= _SOME}

    @property
    def usual(self) -> np.timedelta64 | None:
        """The usual time between two bars of most pairs; None where they have hardly any."""
        return sorted(self.steps.values())[len(self.steps) // 2] if self.steps else None

    @property
    def is_intraday(self) -> bool:
        """Whether there are bars of an hour or less, so that the hours of the week say something."""
        return self.usual is not None and bool(self.usual <= _HOUR)

    @property
    def tail(self) -> Tail:
        """What the next part has to know."""
        last = np.full(len(PAIRS), np.nan) if self.before is None else self.before.x.copy()
        for k, row in enumerate(self.x):
            own = row[~np.isnan(row)]
            if len(own):
                last[k] = own[-1]
        return Tail(self.usual, last)

    def months(self) -> Iterator[tuple[Month, slice]]:
        """Yield each month that has bars, and where it is."""
        months = self.ts.astype("datetime64[M]")
        starts = [0, *np.flatnonzero(np.diff(months)) + 1] if len(months) else []
        for start, end in zip(starts, [*starts[1:], len(months)], strict=True):
            yield months[int(start)], slice(int(start), int(end))


def median(values: np.ndarray) -> float:
    """Return the value in the middle, the lower one of two: half of a month at another scale has no mean."""
    at = (len(values) - 1) // 2
    return float(np.partition(values, at)[at])


def _usual_step(ts: np.ndarray) -> np.timedelta64:
    """Return how far two bars are apart where none is missing: what only a tenth of them is nearer than."""
    steps = np.diff(ts.astype(np.int64))  # numpy is slow with times
    tenth = len(steps) // 10
    return np.timedelta64(int(np.partition(steps, tenth)[tenth]), "us")


def _not_to_be_trusted(x: np.ndarray) -> list[int]:
    """Find the pairs that are something else, the worst first: it pulls the cross rates of the others."""
    trusted, found = x.copy(), list[int]()
    while len(found) < len(PAIRS):
        off = np.abs(trusted - median_cross_rates(trusted, LEG_PAIR, LEG_SIGN))
        middles = np.array([median(it) if len(it) else 0.0 for it in (row[~np.isnan(row)] for row in off)])
        worst = int(middles.argmax())
        if middles[worst] < ANOTHER_THING:
            break
        found.append(worst)
        trusted[worst] = np.nan
    return found
