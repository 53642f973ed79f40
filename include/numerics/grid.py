"""Series that have bars of their own, brought onto one grid.

Each is walked along once: numpy would sort and search what is in order already, and take four times as long.
"""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Merge two strictly increasing series; distinct values, increasing; int64 [A] and [B] to [<= A + B]."""
    out = np.empty(len(a) + len(b), np.int64)
    i = j = n = 0
    while i < len(a) or j < len(b):
        if j == len(b) or (i < len(a) and a[i] < b[j]):
            out[n] = a[i]
            i += 1
        else:
            out[n] = b[j]
            if i < len(a) and a[i] == b[j]:
                i += 1
            j += 1
        n += 1
    return out[:n]


@njit(cache=True, nogil=True)
def place(out: np.ndarray, grid: np.ndarray, ts: np.ndarray, values: np.ndarray) -> None:
    """Put each value where the grid has its time.

    Args:
        out: filled at these bars, left as it is at the others; shape [T].
        grid: times, int64, strictly increasing, shape [T].
        ts: times of the values, all of them on the grid, strictly increasing, shape [B].
        values: the values, shape [B].
    """
    t = 0
    for i in range(len(ts)):
        while grid[t] < ts[i]:
            t += 1
        out[t] = values[i]
