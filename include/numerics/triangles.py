"""The best round trip of each pair at each bar."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def best_round_trips(
    x: np.ndarray, pair: np.ndarray, sign: np.ndarray, cost: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the round trip with the largest |gain| - cost, the first one on a tie.

    A round trip counts at a bar only if its three legs have a price there.

    Args:
        x: Raw log prices, shape [S, T], NaN = no bar.
        pair: Series of each leg, shape [K, Z, 3]: Z round trips for each of K subjects.
        sign: +1 or -1 for each leg, shape [K, Z, 3].
        cost: Cost of each round trip in log units, shape [K, Z].

    Returns:
        Three arrays [K, T], NaN where no round trip counts: the gain of the best round trip in log units,
        signed and before cost; its gain after cost; the largest gain before cost of any round trip.
    """
    subjects, trips, _ = pair.shape
    bars = x.shape[1]
    gain = np.full((subjects, bars), np.nan)
    net = np.full((subjects, bars), np.nan)
    widest = np.full((subjects, bars), np.nan)
    for k in range(subjects):
        for z in range(trips):
            a, b, c = x[pair[k, z, 0]], x[pair[k, z, 1]], x[pair[k, z, 2]]
            for t in range(bars):
                r = sign[k, z, 0] * a[t] + sign[k, z, 1] * b[t] + sign[k, z, 2] * c[t]
                if np.isnan(r):
                    continue
                size = abs(r)
                if np.isnan(net[k, t]) or size - cost[k, z] > net[k, t]:
                    gain[k, t] = r
                    net[k, t] = size - cost[k, z]
                if np.isnan(widest[k, t]) or size > widest[k, t]:
                    widest[k, t] = size
    return gain, net, widest
