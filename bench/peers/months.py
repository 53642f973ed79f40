"""The months that the peers compute: one like any other, and one that is hard on an implementation."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from bench.peers.shared import LOOK_BACK
from include.market import PAIRS
from include.months import Month, start_of
from include.sources.synthetic import month_of_prices
from include.stages.basket import basket_base
from include.stages.panel import Panel


@dataclass(frozen=True, slots=True)
class Input:
    """What a peer is given.

    Attributes:
        panel: the look-back, then the month.
        base: currency values at the base bar, the panel's first complete one; shape [8].
        start: the month's first moment.
    """

    panel: Panel
    base: np.ndarray
    start: datetime

    @property
    def first(self) -> int:
        """Position in the panel of the month's first bar."""
        return int(np.searchsorted(self.panel.ts, np.datetime64(self.start.replace(tzinfo=None), "us")))


def calm(month: Month) -> Input:
    """Make a synthetic month: ticks, noise, holes, nothing extreme."""
    before, panel = month_of_prices(month - 1), month_of_prices(month)
    panel = before.slice(len(before) - LOOK_BACK, len(before)).then(panel)
    return Input(panel, basket_base(panel).values, start_of(month))


def adversarial(month: Month) -> Input:
    """Make the same month with what rolling sums and careless NULLs do not survive.

    * Twice a price is ten times itself for one bar, while the market moves; it leaves all windows during a
      stretch in which not a price moves, and during one of tiny volatility, 1e-7 a bar.
    * Currencies come apart, GBP is missing, one pair is, a bar in two is, and for a while no price but two.
    """
    usual = calm(month)
    close = usual.panel.close.copy()
    _flat(close, slice(5_000, 8_000))
    _tiny(close, slice(10_000, 14_000))
    close[PAIRS.index("eurusd"), [4_995, 9_990]] *= 10
    close[PAIRS.index("usdjpy"), 5_005] *= 10
    bridges = [k for k, pair in enumerate(PAIRS) if len({"aud", "nzd"} & {pair[:3], pair[3:]}) == 1]
    close[bridges, 15_000:15_200] = np.nan
    close[[k for k, pair in enumerate(PAIRS) if "gbp" in pair], 16_000:16_200] = np.nan
    close[PAIRS.index("audcad"), 17_000:17_061] = np.nan
    close[2:, 18_000:18_070] = np.nan
    close[:, 19_000:21_000][np.random.default_rng(1).random((len(PAIRS), 2_000)) < 0.5] = np.nan
    return replace(usual, panel=_grid(usual.panel.ts, close))


def _flat(close: np.ndarray, bars: slice) -> None:
    """Keep every price where it is when the stretch begins."""
    start = np.where(np.isnan(close[:, bars.start]), 1.0, close[:, bars.start])
    close[:, bars] = start[:, np.newaxis]


def _tiny(close: np.ndarray, bars: slice) -> None:
    """Make it as flat, but for random steps of 1e-7."""
    _flat(close, bars)
    steps = np.random.default_rng(2).normal(0, 1e-7, close[:, bars].shape)
    close[:, bars] *= np.exp(steps.cumsum(axis=1))


def _grid(ts: np.ndarray, close: np.ndarray) -> Panel:
    """Leave out the bars at which no pair has a price."""
    kept = ~np.isnan(close).all(axis=0)
    return Panel(ts[kept], np.ascontiguousarray(close[:, kept]))
