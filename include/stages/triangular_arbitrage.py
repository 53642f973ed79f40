"""Stage 2.4: each pair's best round trip through a third currency, 112 columns (contract, section 4)."""

import numpy as np

from include.market import PAIRS, round_trips
from include.numerics.triangles import best_round_trips
from include.stages.panel import Panel

_TIGHTEST = ("eurusd", "usdjpy", "gbpusd")
_TIGHT = ("audusd", "usdcad", "usdchf", "eurgbp", "eurjpy", "eurchf", "nzdusd")
COSTS_BPS = np.array([0.5 if p in _TIGHTEST else 1.0 if p in _TIGHT else 2.0 for p in PAIRS])
"""Default cost of trading each pair once, in basis points, shape [28]."""

_LEGS = np.array([round_trips(pair) for pair in PAIRS])  # [28, 6, 3, (pair, sign)]
_PAIR, _SIGN = np.moveaxis(_LEGS, -1, 0).copy()


def triangular_arbitrage(
    panel: Panel, costs_bps: np.ndarray | None = None, threshold_pct: float = 0.0
) -> np.ndarray:
    """All 112 columns of stage 2.4, shape [112, T], NaN = NULL, in the order of the catalogue.

    Works on raw prices: a stale leg is no arbitrage.

    Args:
        panel: Prices on the grid.
        costs_bps: Cost of each pair per leg in basis points, shape [28]; default `COSTS_BPS`.
        threshold_pct: A profit above it is an opportunity, percent.
    """
    costs = (COSTS_BPS if costs_bps is None else costs_bps) / 10_000.0
    gain, net, widest = best_round_trips(np.log(panel.close), _PAIR, _SIGN, costs[_PAIR].sum(axis=-1))
    columns = np.empty((len(PAIRS), 4, len(panel)))
    profit, opportunity, direction, deviation = columns.swapaxes(0, 1)
    np.multiply(np.expm1(net), 100.0, out=profit)
    np.greater(profit, threshold_pct, out=opportunity)
    opportunity[np.isnan(profit)] = np.nan
    np.multiply(np.sign(gain), opportunity, out=direction)
    np.multiply(np.expm1(widest), 100.0, out=deviation)
    return columns.reshape(4 * len(PAIRS), len(panel))
