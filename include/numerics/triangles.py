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
    net = np.full((subjects, bars), -np.inf)
    widest = np.full((subjects, bars), -np.inf)
    for k in range(subjects):
        for z in range(trips):
            a, b, c = x[pair[k, z, 0]], x[pair[k, z, 1]], x[pair[k, z, 2]]
            for t in range(bars):  # without branches, so that it is compiled to vector instructions
                r = sign[k, z, 0] * a[t] + sign[k, z, 1] * b[t] + sign[k, z, 2] * c[t]
                size = abs(r)
                better = size - cost[k, z] > net[k, t]  # False where a leg has no price: r is NaN
                gain[k, t] = r if better else gain[k, t]
                net[k, t] = size - cost[k, z] if better else net[k, t]
                widest[k, t] = size if size > widest[k, t] else widest[k, t]
        for t in range(bars):
            if np.isnan(gain[k, t]):
                net[k, t] = widest[k, t] = np.nan
    return gain, net, widest
