"""Stage 2.3: eight currency indices and what follows from each, 224 columns.

The formulas are defined in docs/reference/contract.md (contract, section 3).
"""

from itertools import chain

import numpy as np

from include.market import CURRENCIES, GROUPS
from include.numerics.rolling import lagged_difference, rolling_sd
from include.stages.basket import filled_log_prices, log_indices
from include.stages.feature import Feature
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel

WINDOWS = (60, 90, 150, 240, 390, 630)
"""Bars."""

# of each currency: name, unit, formula
_QUANTITIES: tuple[tuple[str, str, str], ...] = (
    ("index", "index points", "I(t) = 100 exp((8/7) (v_c(t) - v_c(t0)))"),
    *((f"momentum_{w}", "index points", f"I(t) - I(t-{w})") for w in WINDOWS),
    *(
        (f"momentum_accel_{w}", "index points", f"(I(t) - I(t-{w // 2})) - (I(t-{w // 2}) - I(t-{w}))")
        for w in WINDOWS
    ),
    *((f"momentum_roc_{w}", "percent", f"100 (I(t) / I(t-{w}) - 1)") for w in WINDOWS),
    *(
        (f"volatility_{w}", "basis points per bar", f"10000 sd(ln I(u) - ln I(u-1), last {w} bars, ddof 1)")
        for w in WINDOWS
    ),
    *(
        (f"strength_vs_{group}", "index points", f"I_c - mean of I_g, g in ({' '.join(members)}) without c")
        for group, members in GROUPS.items()
    ),
)
FEATURES = tuple(
    Feature(f"{currency.lower()}_basket_{name}", unit, formula)
    for currency in CURRENCIES
    for name, unit, formula in _QUANTITIES
)


def look_back(options: Options) -> int:
    """Return the longest window, and the greatest age of the price at its start, in bars."""
    return max(WINDOWS) + options.max_stale_bars


def used_options(options: Options) -> dict[str, object]:
    """Return the options that decide the values, as plain values."""
    return {"max_stale_bars": options.max_stale_bars}


def compute(panel: Panel, base: BasketBase, options: Options) -> np.ndarray:
    """Compute all 224 columns, shape [224, T], NaN = NULL, in the order of `FEATURES`."""
    log_index = log_indices(filled_log_prices(panel, options.max_stale_bars), base)
    index = 100.0 * np.exp(log_index)
    steps = lagged_difference(log_index, 1)
    quantities = chain(
        [index],
        (lagged_difference(index, w) for w in WINDOWS),
        (_acceleration(index, w // 2) for w in WINDOWS),
        (_rate_of_change(index, w) for w in WINDOWS),
        (10_000.0 * rolling_sd(steps, w) for w in WINDOWS),
        (_strength(index, group) for group in GROUPS.values()),
    )
    columns = np.empty((len(CURRENCIES), len(_QUANTITIES), len(panel)))
    for i, values in enumerate(quantities):  # each goes to its place while it is in the core's cache
        columns[:, i] = values
    return columns.reshape(len(FEATURES), len(panel))


def _acceleration(index: np.ndarray, half: int) -> np.ndarray:
    """Return the momentum over the last `half` bars minus the momentum over the `half` bars before them."""
    return lagged_difference(lagged_difference(index, half), half)


def _rate_of_change(index: np.ndarray, w: int) -> np.ndarray:
    out = np.empty(index.shape)
    out[:, :w] = np.nan
    np.divide(index[:, w:], index[:, :-w], out=out[:, w:])
    out -= 1.0
    out *= 100.0
    return out


def _strength(index: np.ndarray, group: tuple[str, ...]) -> np.ndarray:
    """Return each currency's index minus the mean index of the group without that currency."""
    out = np.empty(index.shape)
    for c, currency in enumerate(CURRENCIES):
        others = [CURRENCIES.index(g) for g in group if g != currency]
        out[c] = index[c] - index[others].mean(axis=0)
    return out
