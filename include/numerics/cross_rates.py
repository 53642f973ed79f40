"""What each pair's price is by way of the others."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def median_cross_rates(x: np.ndarray, pair: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Compute the median of a pair's cross rates at each bar: a few wrong legs do not move it much.

    Args:
        x: raw log prices, shape [S, T], NaN = no bar.
        pair: the two series of each cross rate, shape [K, Z, 2]: Z cross rates for each of K pairs.
        sign: +1 or -1 for each leg, shape [K, Z, 2].

    Returns:
        Shape [K, T], log units; NaN where no cross rate has both of its legs.
    """
    pairs, crosses, _ = pair.shape
    out = np.full((pairs, x.shape[1]), np.nan)
    found = np.empty(crosses)
    for k in range(pairs):
        for t in range(x.shape[1]):
            n = 0
            for z in range(crosses):
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
