"""Stage 2.16B: four currency blocs against the rest of the market, 48 columns (contract, section 5)."""

import numpy as np

from include.market import BLOCS, CURRENCIES, border_pairs
from include.numerics.cross_section import dispersion_and_breadth, implied_correlation, signed_sum
from include.numerics.rolling import lagged_difference, rolling_sd
from include.stages.basket import MAX_STALE_BARS, filled_log_prices, log_indices
from include.stages.panel import BasketBase, Panel

WINDOWS = (60, 240, 630)
COHERENCE_WINDOWS = (60, 240)
MOVE = 60
"""Bars over which dispersion and breadth look at each border pair's move."""


def currency_blocs(panel: Panel, base: BasketBase, max_stale_bars: int = MAX_STALE_BARS) -> np.ndarray:
    """All 48 columns of stage 2.16B, shape [48, T], NaN = NULL, in the order of the catalogue."""
    p = filled_log_prices(panel, max_stale_bars)
    log_index = log_indices(p, base)
    steps, moves = lagged_difference(p, 1), lagged_difference(p, MOVE)
    pair_sd = {w: rolling_sd(steps, w) for w in COHERENCE_WINDOWS}
    columns = []
    for bloc, currencies in BLOCS.items():
        pairs, signs = _border(bloc)
        members = [CURRENCIES.index(c) for c in currencies]
        level = log_index[members].mean(axis=0)
        step_of_all = signed_sum(steps, pairs, signs)
        dispersion, breadth = dispersion_and_breadth(moves, pairs, signs)
        columns += [
            100.0 * np.exp(level),
            *(100.0 * lagged_difference(level, w) for w in WINDOWS),
            *(10_000.0 * rolling_sd(lagged_difference(level, 1)[None], w)[0] for w in WINDOWS),
            *(
                implied_correlation(rolling_sd(step_of_all[None], w)[0], pair_sd[w], pairs)
                for w in COHERENCE_WINDOWS
            ),
            10_000.0 * dispersion,
            breadth,
            _strength(level, log_index, members),
        ]
    return np.stack(columns)


def _border(bloc: str) -> tuple[np.ndarray, np.ndarray]:
    """The bloc's border pairs, and the sign with which each rises when the bloc strengthens."""
    pairs, signs = zip(*((leg.pair, float(leg.sign)) for leg in border_pairs(bloc)), strict=True)
    return np.array(pairs), np.array(signs)


def _strength(level: np.ndarray, log_index: np.ndarray, members: list[int]) -> np.ndarray:
    """The bloc's index minus the mean index of the currencies outside it."""
    outside = np.delete(log_index, members, axis=0)
    return 100.0 * np.exp(level) - (100.0 * np.exp(outside)).mean(axis=0)
