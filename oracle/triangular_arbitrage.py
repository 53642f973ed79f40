"""Stage 2.4, triangular arbitrage (docs/reference/contract.md, section 4)."""

import numpy as np

from oracle.market import CURRENCIES, PAIRS, currencies_of, pair_of
from oracle.series import Columns


def triangular_arbitrage(x: np.ndarray, cost: np.ndarray, threshold_pct: float) -> Columns:
    """Yield 4 columns per pair, from x_k(t), shape [28, T], and the cost per leg in log units, shape [28]."""
    for pair in PAIRS:
        b, q = currencies_of(pair)
        others = [z for z in CURRENCIES if z not in (b, q)]
        r = np.array([sigma(x, b, q) + sigma(x, q, z) + sigma(x, z, b) for z in others])
        cost_z = np.array([cost[pair_of(b, q)] + cost[pair_of(q, z)] + cost[pair_of(z, b)] for z in others])

        counts = ~np.isnan(r)
        net = np.where(counts, np.abs(r) - cost_z[:, np.newaxis], -np.inf)
        best = net.argmax(axis=0)[np.newaxis]  # the first one on a tie
        profit = 100 * (np.exp(np.take_along_axis(net, best, axis=0)[0]) - 1)
        opportunity = profit > threshold_pct
        direction = np.where(opportunity, np.sign(np.take_along_axis(r, best, axis=0)[0]), 0)
        max_profit = 100 * (np.exp(np.where(counts, np.abs(r), -np.inf).max(axis=0)) - 1)

        values = {
            "profit_pct": profit,
            "opportunity": opportunity,
            "direction": direction,
            "max_profit": max_profit,
        }
        for quantity, value in values.items():
            yield f"{pair}_arbitrage_{quantity}", np.where(counts.any(axis=0), value, np.nan)


def sigma(x: np.ndarray, i: str, j: str) -> np.ndarray:
    """Return +x of the pair quoted i/j, or -x of the pair quoted j/i."""
    k = pair_of(i, j)
    return x[k] if currencies_of(PAIRS[k]) == (i, j) else -x[k]
