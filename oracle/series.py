"""Differences and deviations of one series over time, which the formulas of sections 3 and 5 are made of.

Sections are those of docs/reference/contract.md.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Exact = np.longdouble
Columns = Iterator[tuple[str, np.ndarray]]

CHUNK = 2_000
"""Bars whose windows are in memory together: 20 MB at the longest window."""


def before(x: np.ndarray, bars: int) -> np.ndarray:
    """Return x(t - bars), NaN before the first bar of the history."""
    padding = np.full((*x.shape[:-1], bars), np.nan, x.dtype)
    return np.concatenate([padding, x], axis=-1)[..., : x.shape[-1]]


def change(x: np.ndarray, bars: int) -> np.ndarray:
    """Return x(t) - x(t - bars)."""
    return x - before(x, bars)


def sample_variance(x: np.ndarray, w: int) -> np.ndarray:
    """Return the variance (ddof 1) of the last w values of a series, at every bar; NaN where one is NaN."""
    variance = np.full(len(x), np.nan, Exact)
    for start in range(0, len(x) - w + 1, CHUNK):
        windows = sliding_window_view(x[start : start + CHUNK + w - 1], w)
        whole = ~sliding_window_view(np.isnan(x[start : start + CHUNK + w - 1]), w).any(axis=1)
        deviation = windows[whole] - windows[whole].mean(axis=1, keepdims=True)
        variance[start + w - 1 + np.flatnonzero(whole)] = (deviation**2).sum(axis=1) / (w - 1)
    return variance


def sample_deviation(x: np.ndarray, w: int) -> np.ndarray:
    """Return the standard deviation (ddof 1) of the last w values of a series, at every bar."""
    return np.sqrt(sample_variance(x, w))
