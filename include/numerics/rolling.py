"""Rolling statistics that stay exact however long the history is."""

from typing import NamedTuple

import numpy as np
from numba import njit


class Walk(NamedTuple):
    """What is met on a walk along a block from both of its ends, position by position; each [..., w].

    Attributes:
        forward: distance of a value from the mean of the values before it in the block.
        backward: distance of a value from the mean of the values after it in the block.
        gap: distance between the means of the two parts of the window that ends here.
        squares: squared deviation of the window that ends here.
    """

    forward: np.ndarray
    backward: np.ndarray
    gap: np.ndarray
    squares: np.ndarray


@njit(cache=True, nogil=True)
def rolling_sd(x: np.ndarray, w: int) -> np.ndarray:
    """Compute the sample standard deviation (ddof 1) of the last `w` values, for each row of `x`.

    The series is cut into blocks of `w` bars. A window spans at most two of them: a suffix of the one
    and a prefix of the other (van Herk 1992, Gil and Werman 1993). Mean and squared deviation of each are
    Welford's, and the two are merged by the formula of Chan, Golub and LeVeque (1979). Nothing is ever
    subtracted from a running total, hence no drift, O(1) work a bar, exactly 0 where all values are equal and
    no trace of a spike that left the window. However long the series, the relative error of a variance is of
    the order of w kappa u at most, with kappa = sqrt(1 + mean^2 / variance) and u = 2^-53, as it is for all
    updating algorithms (Chan, Golub and LeVeque 1983, The American Statistician 37, 242-247); the tests check
    just that bound.

    Args:
        x: series, shape [S, T]; a NaN makes every window that holds it NaN.
        w: window length in bars, at least 2.

    Returns:
        Shape [S, T], in the unit of `x`; NaN before the first full window.
    """
    series, bars = x.shape
    out = np.empty((series, bars))
    inverse = inverses(w)
    walk = Walk(np.empty(w), np.empty(w), np.empty(w), np.empty(w))
    for s in range(series):
        before, after = suffixes((1, w + 1, 2))[0], suffixes((1, w + 1, 2))[0]
        for start in range(0, bars, w):
            end = min(start + w, bars)
            walk_block(x[s, start:end], before, after, inverse, walk)
            for t in range(start, end):
                out[s, t] = np.sqrt(walk.squares[t - start] / (w - 1))
            before, after = after, before
    return out


@njit(cache=True, nogil=True)
def walk_block(
    values: np.ndarray, before: np.ndarray, after: np.ndarray, inverse: np.ndarray, walk: Walk
) -> None:
    """Walk along a block of a series from both of its ends; see `rolling_sd`.

    Args:
        values: the block's values, shape [N], N <= w.
        before: mean and squared deviation of the values from each position of the block before on.
        after: where those of this block go; both from `suffixes`, shape [w + 1, 2].
        inverse: from `inverses`.
        walk: where all else goes, shapes [w].
    """
    length, w = len(values), len(inverse) - 1
    mean = m2 = suffix_mean = suffix_m2 = 0.0
    for n in range(1, length + 1):
        value = values[n - 1]
        step = value - mean
        mean += step * inverse[n]
        m2 += step * (value - mean)
        walk.forward[n - 1] = step
        between = mean - before[n, 0]
        walk.gap[n - 1] = between
        walk.squares[n - 1] = before[n, 1] + m2 + between * between * (n * (w - n) * inverse[w])
        # in the same loop, for the next block: a core has time for two chains of operations
        value = values[length - n]
        step = value - suffix_mean
        suffix_mean += step * inverse[n]
        suffix_m2 += step * (value - suffix_mean)
        walk.backward[length - n] = step
        after[length - n, 0], after[length - n, 1] = suffix_mean, suffix_m2


@njit(cache=True, nogil=True)
def inverses(w: int) -> np.ndarray:
    """Return 1 / n for n up to w, shape [w + 1]: multiplying is several times faster than dividing."""
    out = np.zeros(w + 1)
    out[1:] = 1.0 / np.arange(1, w + 1)
    return out


@njit(cache=True, nogil=True)
def suffixes(shape: tuple[int, ...]) -> np.ndarray:
    """Return what is known of a block before the first one: only that nothing follows its end."""
    out = np.full(shape, np.nan)
    out[:, -1] = 0.0
    return out


@njit(cache=True, nogil=True)
def forward_fill(x: np.ndarray, max_age: int) -> np.ndarray:
    """Return the last value at or before each bar, at most `max_age` bars old, else NaN; shape [S, T]."""
    out = np.empty(x.shape)
    series, bars = x.shape
    for s in range(series):
        last, seen = np.nan, 0
        for t in range(bars):
            if not np.isnan(x[s, t]):
                last, seen = x[s, t], t
            out[s, t] = last if t - seen <= max_age else np.nan
    return out


def lagged_difference(x: np.ndarray, lag: int) -> np.ndarray:
    """Return x(t) - x(t - lag) along the last axis; NaN on the first `lag` bars."""
    out = np.empty(x.shape)
    out[..., :lag] = np.nan
    np.subtract(x[..., lag:], x[..., :-lag], out=out[..., lag:])
    return out
