"""Potentials on a graph from the differences along its edges, where edges come and go from bar to bar."""

import numpy as np
from numba import njit

_STRETCH = 512
"""Bars that are computed at once."""


def solution_operators(present: np.ndarray, tail: np.ndarray, head: np.ndarray, nodes: int) -> np.ndarray:
    """Return matrices G with v = G p, the least-squares potentials with sum(v) = 0 of p = v[tail] - v[head].

    With J the matrix of ones, (A'A + J) v = A'p has just this solution: the rows of A sum to 0, so 1'J v = 0.
    With every edge of the complete graph present A'A + J is n I, and G the plain mean, exactly.

    Args:
        present: which edges count, bool [U, K].
        tail: first node of each edge, int [K].
        head: second node of each edge, int [K].
        nodes: number of nodes n.

    Returns:
        Shape [U, n, K]; all NaN where the edges present do not connect all nodes.
    """
    incidence = np.zeros((len(tail), nodes))
    incidence[np.arange(len(tail)), tail] = 1.0
    incidence[np.arange(len(tail)), head] = -1.0
    weighted = incidence.T * present[:, None, :]
    laplacian = weighted @ incidence
    reached = laplacian != 0.0
    for _ in range(nodes.bit_length()):  # after j squarings: joined by at most 2**j edges
        reached = reached @ reached
    connected = reached.all(axis=(1, 2))
    operators = np.full((len(present), nodes, len(tail)), np.nan)
    operators[connected] = np.linalg.inv(laplacian[connected] + 1.0) @ weighted[connected]
    return operators


@njit(cache=True, nogil=True)
def apply_operators(operators: np.ndarray, which: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Compute v(t) = G[which(t)] p(t), summed edge by edge in their order.

    Not BLAS, which may sum two identical bars differently: a flat market has to stay exactly flat.

    Args:
        operators: shape [U, n, K], from `solution_operators`.
        which: the operator of each bar, int [T].
        p: differences along the edges, shape [K, T]; NaN where the edge does not count.

    Returns:
        Shape [n, T].
    """
    _, nodes, edges = operators.shape
    bars = p.shape[1]
    v = np.zeros((nodes, bars))
    start = 0
    while start < bars:
        end = start + 1  # the stretch that has one operator, cut so that it stays in the core's cache
        while end < min(bars, start + _STRETCH) and which[end] == which[start]:
            end += 1
        operator = operators[which[start]]
        for c in range(nodes):
            for k in range(edges):
                if operator[c, k] != 0.0:  # absent edges have weight 0 and price NaN
                    for t in range(start, end):
                        v[c, t] += operator[c, k] * p[k, t]
        start = end
    return v


@njit(cache=True, nogil=True)
def patterns(p: np.ndarray) -> np.ndarray:
    """Return which edges have a difference at each bar, as the bits of a number; at most 63 edges.

    Args:
        p: differences along the edges, shape [K, T]; NaN where the edge does not count.
    """
    out = np.zeros(p.shape[1], np.int64)
    for k in range(len(p)):
        for t in range(p.shape[1]):
            out[t] |= np.int64(not np.isnan(p[k, t])) << k
    return out
