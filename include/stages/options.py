"""What, besides the prices, decides a feature's value."""

from dataclasses import dataclass, field

import numpy as np

from include.market import PAIRS

MAX_STALE_BARS = 60
"""By default a price is carried forward over at most this many grid bars."""

_TIGHTEST = ("eurusd", "usdjpy", "gbpusd")
_TIGHT = ("audusd", "usdcad", "usdchf", "eurgbp", "eurjpy", "eurchf", "nzdusd")
COSTS_BPS = np.array([0.5 if p in _TIGHTEST else 1.0 if p in _TIGHT else 2.0 for p in PAIRS])
"""Default cost of trading each pair once, in basis points, shape [28]."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of all stages; the defaults are the contract's.

    Attributes:
        max_stale_bars: grid bars over which a price is carried forward.
        costs_bps: cost of each pair per leg in basis points, shape [28].
        threshold_pct: an arbitrage profit above this is an opportunity, percent.
    """

    max_stale_bars: int = MAX_STALE_BARS
    costs_bps: np.ndarray = field(default_factory=COSTS_BPS.copy)
    threshold_pct: float = 0.0
