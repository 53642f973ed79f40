"""What each pair's price is by way of the others."""

import numpy as np
from numba import njit

CROSSES = 6
"""Cross rates of a pair: one by way of each of the other currencies."""

_IN_ORDER = ((0, 5), (1, 3), (2, 4), (1, 2), (3, 4), (0, 3), (2, 5), (0, 1), (2, 3), (4, 5), (1, 2), (3, 4))
"""A sorting network: when these have been put in order one after the other, all six are."""


def median_cross_rates(x: np.ndarray, pair: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Compute the median of a pair's cross rates at each bar: a few wrong legs do not move it much.

    Args:
        x: raw log prices, shape [S, T], NaN = no bar.
        pair: the two series of each cross rate, shape [K, 6, 2].
        sign: +1 or -1 for each leg, shape [K, 6, 2].

    Returns:
        Shape [K, T], log units; NaN where no cross rate has both of its legs.
    """
    out = np.empty((len(pair), x.shape[1]))
    rates = np.empty((CROSSES, x.shape[1]))
    lower = np.empty(x.shape[1])
    for k in range(len(pair)):
        for z in range(CROSSES):
            (a, b), (of_a, of_b) = pair[k, z], sign[k, z]
            np.multiply(x[a], of_a, out=rates[z])
            (np.add if of_b > 0 else np.subtract)(rates[z], x[b], out=rates[z])
        for i, j in _IN_ORDER:  # whole rows at a time: ten times as fast as bar by bar, which has to guess
            np.minimum(rates[i], rates[j], out=lower)
            np.maximum(rates[i], rates[j], out=rates[j])
            rates[i] = lower
        np.add(rates[2], rates[3], out=out[k])
    out *= 0.5
    holes = np.isnan(out).any(axis=0)  # where not all six are there
    out[:, holes] = _median_of_some(x[:, holes], pair, sign)
    return out


@njit(cache=True, nogil=True)
def _median_of_some(x: np.ndarray, pair: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Compute the same of those cross rates that are there."""
    out = np.full((len(pair), x.shape[1]), np.nan)
    found = np.empty(CROSSES)
    for k in range(len(pair)):
        for t in range(x.shape[1]):
            n = 0
            for z in range(CROSSES):
                rate = sign[k, z, 0] * x[pair[k, z, 0], t] + sign[k, z, 1] * x[pair[k, z, 1], t]
                if np.isnan(rate):
                    continue
                at = n  # insert it so that what was found stays in order
                while at > 0 and found[at - 1] > rate:
                    found[at] = found[at - 1]
                    at -= 1
                found[at] = rate
                n += 1
            if n:
                out[k, t] = 0.5 * (found[(n - 1) // 2] + found[n // 2])
    return out
