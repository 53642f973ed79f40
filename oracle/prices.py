"""Log prices, filled log prices and currency values (docs/reference/contract.md, sections 1 and 2)."""

import numpy as np

from oracle.market import CURRENCIES, PAIRS, currencies_of
from oracle.series import Exact


def log_prices(close: np.ndarray) -> np.ndarray:
    """Return x_k(t), shape [28, T], from close prices, shape [28, T]."""
    return np.log(close.astype(Exact))


def filled(x: np.ndarray, max_stale_bars: int) -> np.ndarray:
    """Return p_k(t): the last x_k at or before t if at most `max_stale_bars` bars old, else NaN."""
    here = np.arange(x.shape[1])
    last = np.maximum.accumulate(np.where(np.isnan(x), -1, here), axis=1)
    known = (last >= 0) & (here - last <= max_stale_bars)
    return np.where(known, np.take_along_axis(x, np.maximum(last, 0), axis=1), np.nan)


def currency_values(p: np.ndarray) -> np.ndarray:
    """Return v_c(t), shape [8, T], from p_k(t), shape [28, T]; bars with the same pairs share a solution."""
    v = np.full((len(CURRENCIES), p.shape[1]), np.nan, Exact)
    patterns, pattern_of_bar = np.unique(~np.isnan(p), axis=1, return_inverse=True)
    for i, present in enumerate(patterns.T):
        pairs = np.flatnonzero(present)
        if connect_all_currencies(pairs):
            here = np.flatnonzero(pattern_of_bar.ravel() == i)
            v[:, here] = least_squares(pairs) @ p[np.ix_(pairs, here)]
    return v


def least_squares(pairs: np.ndarray) -> np.ndarray:
    """Return the matrix, shape [8, pairs], from the log prices of these pairs to the 8 currency values.

    The solution is linear in the prices: solving for each unit price gives the matrix. The last equation
    says that the values sum to 0.
    """
    equations = np.zeros((len(pairs) + 1, len(CURRENCIES)))
    for row, k in enumerate(pairs):
        base, quote = currencies_of(PAIRS[k])
        equations[row, CURRENCIES.index(base)] = 1
        equations[row, CURRENCIES.index(quote)] = -1
    equations[-1] = 1
    unit_prices = np.eye(len(pairs) + 1, len(pairs))
    return np.linalg.lstsq(equations, unit_prices)[0]


def connect_all_currencies(pairs: np.ndarray) -> bool:
    """Say whether a path along these pairs leads from the first currency to every other one."""
    reached, frontier = set(), [CURRENCIES[0]]
    while frontier:
        here = frontier.pop()
        reached.add(here)
        for k in pairs:
            if here in currencies_of(PAIRS[k]):
                frontier += set(currencies_of(PAIRS[k])) - reached
    return reached == set(CURRENCIES)


def base_values(close: np.ndarray, base_bar: int, max_stale_bars: int) -> np.ndarray:
    """Return v_c(t0), shape [8]: at the first bar from `base_bar` on with all 28 p_k; else NaN."""
    present = ~np.isnan(close)
    for t in range(base_bar, close.shape[1]):
        recent = slice(max(0, t - max_stale_bars), t + 1)
        if present[:, recent].any(axis=1).all():
            return currency_values(filled(log_prices(close[:, recent]), max_stale_bars))[:, -1]
    return np.full(len(CURRENCIES), np.nan, Exact)
