"""Rolling statistics that stay exact however long the history is."""

import numpy as np
from numba import njit


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
    out = np.full((series, bars), np.nan)
    # Mean and squared deviation of a block's values from position n on: of the block before, and of this one.
    before, after = np.empty((w + 1, 2)), np.empty((w + 1, 2))
    inverse = np.empty(w + 1)  # multiplying is several times faster than dividing
    inverse[1:] = 1.0 / np.arange(1, w + 1)
    for s in range(series):
        for start in range(0, bars, w):
            length = min(w, bars - start)
            mean = m2 = suffix_mean = suffix_m2 = 0.0
            for n in range(1, length + 1):
                value = x[s, start + n - 1]
                step = value - mean
                mean += step * inverse[n]
                m2 += step * (value - mean)
                if n == w:
                    out[s, start + n - 1] = np.sqrt(m2 / (w - 1))
                elif start > 0:
                    gap = mean - before[n, 0]
                    both = before[n, 1] + m2 + gap * gap * (n * (w - n) * inverse[w])
                    out[s, start + n - 1] = np.sqrt(both / (w - 1))
                # in the same loop, for the next block: a core has time for two chains of operations
                value = x[s, start + length - n]
                step = value - suffix_mean
                suffix_mean += step * inverse[n]
                suffix_m2 += step * (value - suffix_mean)
                after[length - n, 0], after[length - n, 1] = suffix_mean, suffix_m2
            before, after = after, before
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
