"""Several series looked at together, bar by bar: how they move as one, and how they differ."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def signed_sum(x: np.ndarray, rows: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Sum these rows of `x`, each times its sign; shape [T].

    Args:
        x: series, shape [S, T]; a NaN makes its bar NaN, here and below.
        rows: the rows that are summed, int [K].
        signs: +1 or -1 for each, shape [K].
    """
    out = np.zeros(x.shape[1])
    for i in range(len(rows)):
        for t in range(len(out)):
            out[t] += signs[i] * x[rows[i], t]
    return out


@njit(cache=True, nogil=True)
def dispersion_and_breadth(
    x: np.ndarray, rows: np.ndarray, signs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the standard deviation (ddof 0) of the signed rows and the mean of their directions; [T] each.

    The deviation takes two passes, so that equal moves have none. Arguments as for `signed_sum`.
    """
    mean = signed_sum(x, rows, signs) / len(rows)
    squares, directions = np.zeros(len(mean)), np.zeros(len(mean))
    for i in range(len(rows)):
        for t in range(len(mean)):
            move = signs[i] * x[rows[i], t]
            squares[t] += (move - mean[t]) ** 2
            directions[t] += np.sign(move)
    return np.sqrt(squares / len(rows)), directions / len(rows)
