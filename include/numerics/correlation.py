"""How the series of a group move together over a rolling window."""

import numpy as np
from numba import njit

from include.numerics.rolling import Walk, inverses, suffixes, walk_block


@njit(cache=True, nogil=True)
def implied_correlation(x: np.ndarray, signs: np.ndarray, w: int) -> np.ndarray:
    """Compute the average correlation of each group's rows over the last `w` values, weighted by deviations.

    That is sum(cov_ij) / sum(sd_i sd_j) over the pairs i < j of the group's rows. On paper it is
    (Var(sum) - sum(Var)) / (sum(sd)^2 - sum(sd^2)); but those differences lose the other rows in the rounding
    of one that has moved a million times as far. Here nothing is subtracted: covariances are kept as
    `rolling_sd` keeps variances, with each pair's product in the place of the square. So a rounding error is
    relative to sd_i sd_j of its own pair, and the denominator is the sum of these. However far single rows
    move, the absolute error is of the order of (w + K) kappa u at most, for the K rows of a group and the
    largest kappa among them, u and kappa as in `rolling_sd`; the tests check just that bound.

    Args:
        x: series, shape [S, T]; a NaN makes every window of its groups that holds it NaN.
        signs: the groups: +1 or -1 for each of their rows, 0 for the other rows, shape [G, S].
        w: window length in bars, at least 2.

    Returns:
        Shape [G, T]; NaN before the first full window, and where at most one row of the group moved.
    """
    series, bars = x.shape
    groups = len(signs)
    out = np.full((groups, bars), np.nan)
    inverse = inverses(w)
    rows = Walk(np.zeros((series, w)), np.zeros((series, w)), np.zeros((series, w)), np.zeros((series, w)))
    before, after = suffixes((series, w + 1, 2)), suffixes((series, w + 1, 2))
    products_before, products_after = suffixes((groups, w + 1)), suffixes((groups, w + 1))
    for start in range(0, bars, w):
        end = min(start + w, bars)
        for s in range(series):
            row = Walk(rows.forward[s], rows.backward[s], rows.gap[s], rows.squares[s])
            walk_block(x[s, start:end], before[s], after[s], inverse, row)
        np.sqrt(rows.squares, rows.squares)
        for g in range(groups):
            group = _products(rows, signs[g])
            _walk_products(out[g, start:end], products_before[g], products_after[g], inverse, group)
        before, after = after, before
        products_before, products_after = products_after, products_before
    return out


@njit(cache=True, nogil=True)
def _products(rows: Walk, signs: np.ndarray) -> Walk:
    """Return the same of the products of a group's rows; deviations in the place of squares have no sign."""
    return Walk(
        _sum_of_products(rows.forward, signs),
        _sum_of_products(rows.backward, signs),
        _sum_of_products(rows.gap, signs),
        _sum_of_products(rows.squares, np.abs(signs)),
    )


@njit(cache=True, nogil=True)
def _sum_of_products(x: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Sum the products of each two rows of a group, each row times the sum of those before it; shape [T]."""
    out, sum_before = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for s in range(len(x)):
        if signs[s] != 0.0:
            for t in range(len(out)):
                value = signs[s] * x[s, t]
                out[t] += value * sum_before[t]
                sum_before[t] += value
    return out


@njit(cache=True, nogil=True)
def _walk_products(
    out: np.ndarray, before: np.ndarray, after: np.ndarray, inverse: np.ndarray, group: Walk
) -> None:
    """Walk along a block as `walk_block` does, with a group's products in the place of squares.

    Args:
        out: the correlations of the windows that end in the block, shape [N].
        before: sum of the products of deviations of the block before, from each of its positions on.
        after: where those of this block go, shape [w + 1].
        inverse: from `inverses`.
        group: from `_products`.
    """
    length, w = len(out), len(inverse) - 1
    prefix = suffix = 0.0
    for n in range(1, length + 1):
        weight = (n - 1) * inverse[n]
        prefix += group.forward[n - 1] * weight
        if group.squares[n - 1] > 0.0:
            both = before[n] + prefix + group.gap[n - 1] * (n * (w - n) * inverse[w])
            out[n - 1] = both / group.squares[n - 1]
        suffix += group.backward[length - n] * weight
        after[length - n] = suffix
