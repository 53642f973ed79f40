"""Stage 2.4: each pair's best round trip through a third currency, 112 columns.

The formulas are defined in docs/reference/contract.md (contract, section 4). They work on raw prices: a
stale leg is no arbitrage.
"""

import numpy as np

from include.market import PAIRS, round_trips
from include.numerics.triangles import best_round_trips
from include.stages.feature import Feature, Type
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel

_LEGS = np.array([round_trips(pair) for pair in PAIRS])  # [28, 6, 3, (pair, sign)]
_PAIR, _SIGN = np.moveaxis(_LEGS, -1, 0).copy()

# of each pair: name, unit, formula, type
_QUANTITIES: tuple[tuple[str, str, str, Type], ...] = (
    ("profit_pct", "percent", "100 (exp(|r_z*| - cost_z*) - 1)", "double precision"),
    ("opportunity", "", "profit_pct > threshold_pct", "boolean"),
    ("direction", "", "sign(r_z*) if opportunity else 0", "smallint"),
    ("max_profit", "percent", "100 (exp(max over z of |r_z|) - 1)", "double precision"),
)
FEATURES = tuple(
    Feature(f"{pair}_arbitrage_{name}", unit, formula, type_)
    for pair in PAIRS
    for name, unit, formula, type_ in _QUANTITIES
)


def look_back(_options: Options) -> int:
    """Return 0: a value depends on its own bar alone."""
    return 0


def used_options(options: Options) -> dict[str, object]:
    """Return the options that decide the values, as plain values."""
    return {"costs_bps": options.costs_bps.tolist(), "threshold_pct": options.threshold_pct}


def compute(panel: Panel, _base: BasketBase, options: Options) -> np.ndarray:
    """Compute all 112 columns, shape [112, T], NaN = NULL, in the order of `FEATURES`."""
    cost = (options.costs_bps / 10_000.0)[_PAIR].sum(axis=-1)
    gain, net, widest = best_round_trips(np.log(panel.close), _PAIR, _SIGN, cost)
    columns = np.empty((len(PAIRS), len(_QUANTITIES), len(panel)))
    profit, opportunity, direction, deviation = columns.swapaxes(0, 1)
    np.multiply(np.expm1(net), 100.0, out=profit)
    np.greater(profit, options.threshold_pct, out=opportunity)
    opportunity[np.isnan(profit)] = np.nan
    np.multiply(np.sign(gain), opportunity, out=direction)
    np.multiply(np.expm1(widest), 100.0, out=deviation)
    return columns.reshape(len(FEATURES), len(panel))
