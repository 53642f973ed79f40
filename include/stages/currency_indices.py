"""Stage 2.3: eight currency indices and what follows from each, 224 columns (contract, section 3)."""

from itertools import chain

import numpy as np

from include.market import CURRENCIES, GROUPS
from include.numerics.rolling import lagged_difference, rolling_sd
from include.stages.basket import MAX_STALE_BARS, filled_log_prices, log_indices
from include.stages.panel import BasketBase, Panel

WINDOWS = (60, 90, 150, 240, 390, 630)
QUANTITIES = 1 + 4 * len(WINDOWS) + len(GROUPS)
"""Columns of each currency."""


def currency_indices(panel: Panel, base: BasketBase, max_stale_bars: int = MAX_STALE_BARS) -> np.ndarray:
    """All 224 columns of stage 2.3, shape [224, T], NaN = NULL, in the order of the catalogue."""
    log_index = log_indices(filled_log_prices(panel, max_stale_bars), base)
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
    columns = np.empty((len(CURRENCIES), QUANTITIES, len(panel)))
    for i, values in enumerate(quantities):  # each goes to its place while it is in the core's cache
        columns[:, i] = values
    return columns.reshape(len(CURRENCIES) * QUANTITIES, len(panel))


def _acceleration(index: np.ndarray, half: int) -> np.ndarray:
    """The momentum over the last `half` bars minus the momentum over the `half` bars before them."""
    return lagged_difference(lagged_difference(index, half), half)


def _rate_of_change(index: np.ndarray, w: int) -> np.ndarray:
    out = np.empty(index.shape)
    out[:, :w] = np.nan
    np.divide(index[:, w:], index[:, :-w], out=out[:, w:])
    out -= 1.0
    out *= 100.0
    return out


def _strength(index: np.ndarray, group: tuple[str, ...]) -> np.ndarray:
    """Each currency's index minus the mean index of the group without that currency."""
    out = np.empty(index.shape)
    for c, currency in enumerate(CURRENCIES):
        others = [CURRENCIES.index(g) for g in group if g != currency]
        out[c] = index[c] - index[others].mean(axis=0)
    return out
