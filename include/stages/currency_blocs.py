"""Stage 2.16B: four currency blocs against the rest of the market, 48 columns (contract, section 5)."""

import numpy as np

from include.market import BLOCS, CURRENCIES, Leg, border_pairs
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
        border = border_pairs(bloc)
        members = [CURRENCIES.index(c) for c in currencies]
        level = log_index[members].mean(axis=0)
        columns += [
            100.0 * np.exp(level),
            *(100.0 * lagged_difference(level, w) for w in WINDOWS),
            *(10_000.0 * rolling_sd(lagged_difference(level, 1)[None], w)[0] for w in WINDOWS),
            *(
                _coherence(_oriented(steps, border), _members(pair_sd[w], border), w)
                for w in COHERENCE_WINDOWS
            ),
            10_000.0 * _oriented(moves, border).std(axis=0),
            np.sign(_oriented(moves, border)).mean(axis=0),
            _strength(level, log_index, members),
        ]
    return np.stack(columns)


def _members(x: np.ndarray, border: list[Leg]) -> np.ndarray:
    return x[[leg.pair for leg in border]]


def _oriented(x: np.ndarray, border: list[Leg]) -> np.ndarray:
    """The border pairs' rows of `x`, with the sign with which they rise when the bloc strengthens."""
    return np.array([[leg.sign] for leg in border]) * _members(x, border)


def _coherence(steps: np.ndarray, sd: np.ndarray, w: int) -> np.ndarray:
    """Implied average correlation of the border pairs' steps, NULL where at most one of them moved.

    The variances are squares of the very deviations in the denominator, so that it is exactly 0 there.

    Args:
        steps: One-bar steps of the border pairs, oriented, shape [K, T].
        sd: Their deviations over `w` bars, shape [K, T].
        w: Window in bars.
    """
    sd_of_sum = rolling_sd(steps.sum(axis=0)[None], w)[0]
    variances = (sd * sd).sum(axis=0)
    total = sd.sum(axis=0)
    denominator = total * total - variances
    out = np.full(len(denominator), np.nan)
    np.divide(sd_of_sum * sd_of_sum - variances, denominator, out=out, where=denominator > 0.0)
    return out


def _strength(level: np.ndarray, log_index: np.ndarray, members: list[int]) -> np.ndarray:
    """The bloc's index minus the mean index of the currencies outside it."""
    outside = np.delete(log_index, members, axis=0)
    return 100.0 * np.exp(level) - (100.0 * np.exp(outside)).mean(axis=0)
