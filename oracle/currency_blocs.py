"""Stage 2.16B, currency blocs (docs/reference/contract.md, section 5)."""

from collections.abc import Sequence

import numpy as np

from oracle.market import BLOCS, CURRENCIES, PAIRS, currencies_of
from oracle.series import Columns, Exact, change, sample_deviation, sample_variance


def currency_blocs(index: np.ndarray, p: np.ndarray) -> Columns:
    """Yield 12 columns per bloc, from I_c(t), shape [8, T], and p_k(t), shape [28, T]."""
    for bloc, members in BLOCS.items():
        name = f"{bloc}_bloc"
        inside = [CURRENCIES.index(c) for c in members]
        outside = [c for c in range(len(CURRENCIES)) if c not in inside]
        level = np.log(index[inside] / 100).mean(axis=0)
        bloc_index = 100 * np.exp(level)
        o = border_prices(p, members)
        d = change(o, 1)
        moves = change(o, 60)

        yield f"{name}_index", bloc_index
        for w in (60, 240, 630):
            yield f"{name}_momentum_{w}", 100 * change(level, w)
        for w in (60, 240, 630):
            yield f"{name}_volatility_{w}", 10_000 * sample_deviation(change(level, 1), w)
        for w in (60, 240):
            yield f"{name}_coherence_{w}", coherence(d, w)
        deviation = moves - moves.mean(axis=0)
        yield f"{name}_dispersion_60", 10_000 * np.sqrt((deviation**2).mean(axis=0))
        breadth = ((moves > 0).sum(axis=0) - (moves < 0).sum(axis=0)) / Exact(len(moves))
        yield f"{name}_breadth_60", np.where(np.isnan(moves).any(axis=0), np.nan, breadth)
        yield f"{name}_strength", bloc_index - index[outside].mean(axis=0)


def border_prices(p: np.ndarray, members: Sequence[str]) -> np.ndarray:
    """Return o_k(t) of the pairs with exactly one currency in the bloc; rises when the bloc strengthens."""
    o = []
    for k, pair in enumerate(PAIRS):
        base, quote = currencies_of(pair)
        if base in members and quote not in members:
            o.append(p[k])
        if quote in members and base not in members:
            o.append(-p[k])
    return np.array(o)


def coherence(d: np.ndarray, w: int) -> np.ndarray:
    """Return the implied average correlation of the last w values of the rows; NaN where fewer than two move.

    The denominator is literal: with sd squared again (not the variance that sd came from) it is exactly 0
    where a single row moves.
    """
    sd = np.array([sample_deviation(row, w) for row in d])
    numerator = sample_variance(d.sum(axis=0), w) - (sd**2).sum(axis=0)
    denominator = sd.sum(axis=0) ** 2 - (sd**2).sum(axis=0)
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
