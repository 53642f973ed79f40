"""The best round trip of each pair at each bar."""

import numpy as np
from numba import njit

_STRETCH = 512
"""Bars that are computed at once: they stay in the core's cache over all round trips."""


@njit(cache=True, nogil=True)
def best_round_trips(
    x: np.ndarray, pair: np.ndarray, sign: np.ndarray, cost: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the round trip with the largest |gain| - cost, the first one on a tie.

    A round trip counts at a bar only if its three legs have a price there.

    Args:
        x: raw log prices, shape [S, T], NaN = no bar.
        pair: series of each leg, shape [K, Z, 3]: Z round trips for each of K subjects.
        sign: +1 or -1 for each leg, shape [K, Z, 3].
        cost: cost of each round trip in log units, shape [K, Z].

    Returns:
        Three arrays [K, T], NaN where no round trip counts: the gain of the best round trip in log units,
        signed and before cost; its gain after cost; the largest gain before cost of any round trip.
    """
    subjects, trips, _ = pair.shape
    bars = x.shape[1]
    gain = np.full((subjects, bars), np.nan)
    net = np.full((subjects, bars), -np.inf)
    widest = np.full((subjects, bars), -np.inf)
    r = np.empty(_STRETCH)
    for k in range(subjects):
        for start in range(0, bars, _STRETCH):
            here = slice(start, min(start + _STRETCH, bars))
            for z in range(trips):
                legs = pair[k, z]
                _add_legs(r, x[legs[0], here], x[legs[1], here], x[legs[2], here], sign[k, z])
                _take_better(gain[k, here], net[k, here], widest[k, here], r, cost[k, z])
        for t in range(bars):
            if np.isnan(gain[k, t]):
                net[k, t] = widest[k, t] = np.nan
    return gain, net, widest


# Two loops without branches, each with few enough arrays for the compiler to make sure that none overlaps
# another: only then it makes vector instructions of them, which are four times as fast.


@njit(cache=True, nogil=True)
def _add_legs(r: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray, sign: np.ndarray) -> None:
    """Compute the gain of a round trip, its legs summed in their order; NaN where a leg has no price."""
    of_a, of_b, of_c = sign
    for t in range(len(a)):
        r[t] = of_a * a[t] + of_b * b[t] + of_c * c[t]


@njit(cache=True, nogil=True)
def _take_better(gain: np.ndarray, net: np.ndarray, widest: np.ndarray, r: np.ndarray, cost: float) -> None:
    """Take the round trip with gains `r` where it is better than the best one so far."""
    for t in range(len(gain)):
        size = abs(r[t])
        better = size - cost > net[t]  # False where r is NaN
        gain[t] = r[t] if better else gain[t]
        net[t] = size - cost if better else net[t]
        widest[t] = size if size > widest[t] else widest[t]
