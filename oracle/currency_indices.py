"""Stage 2.3, currency indices (docs/reference/contract.md, section 3)."""

import numpy as np

from oracle.market import CURRENCIES, GROUPS, WINDOWS
from oracle.series import Columns, Exact, before, change, sample_deviation


def index_levels(v: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Return I_c(t), shape [8, T], from v_c(t), shape [8, T], and v_c(t0), shape [8]."""
    return 100 * np.exp(Exact(8) / 7 * (v - base[:, np.newaxis]))


def currency_indices(index: np.ndarray) -> Columns:
    """Yield 28 columns per currency, from I_c(t), shape [8, T]."""
    for c, currency in enumerate(CURRENCIES):
        name = f"{currency.lower()}_basket"
        i = index[c]
        yield f"{name}_index", i
        for w in WINDOWS:
            yield f"{name}_momentum_{w}", i - before(i, w)
        for w in WINDOWS:
            h = w // 2
            yield f"{name}_momentum_accel_{w}", (i - before(i, h)) - (before(i, h) - before(i, 2 * h))
        for w in WINDOWS:
            yield f"{name}_momentum_roc_{w}", 100 * (i / before(i, w) - 1)
        for w in WINDOWS:
            yield f"{name}_volatility_{w}", 10_000 * sample_deviation(change(np.log(i), 1), w)
        for group, members in GROUPS.items():
            others = [CURRENCIES.index(member) for member in members if member != currency]
            yield f"{name}_strength_vs_{group}", i - index[others].mean(axis=0)
