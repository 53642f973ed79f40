"""The 384 columns as polars' expressions, in steps: each function yields the columns of one step.

What several columns share is a column of an earlier step. One lazy query that finds what is shared by itself
takes twice as long, most of it to plan.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import add
from typing import Any, cast

import numpy as np
import polars as pl  # pyright: ignore[reportMissingImports]

from bench.peers.shared import COSTS, INCIDENCE, TRIANGLES, round_trips
from include.market import BLOCS, CURRENCIES, GROUPS, PAIRS, border_pairs
from include.stages import currency_blocs, currency_indices
from include.stages.basket import BASKET_GAIN
from include.stages.options import MAX_STALE_BARS

Columns = Iterator[tuple[str, pl.Expr]]


def raw() -> Columns:
    """Yield x_k: raw log prices, from the prices."""
    yield from ((f"x_{pair}", pl.col(pair).log()) for pair in PAIRS)


def filled() -> Columns:
    """Yield p_k: filled log prices; g: the round trips' gains; from x_k."""
    yield from ((f"p_{pair}", pl.col(f"x_{pair}").forward_fill(MAX_STALE_BARS)) for pair in PAIRS)
    for i, legs in enumerate(TRIANGLES):
        yield f"g_{i}", _sum(sign * pl.col(f"x_{PAIRS[k]}") for k, sign in legs)


def values() -> Columns:
    """Yield v_c: values of complete bars; pairs' steps d and moves m; round trips' sizes s and nets n."""
    for c, currency in enumerate(CURRENCIES):
        signs = INCIDENCE[:, c]
        terms = (float(signs[k]) * pl.col(f"p_{PAIRS[k]}") for k in np.flatnonzero(signs))
        yield f"v_{currency}", _sum(terms) / len(CURRENCIES)
    for pair in PAIRS:
        yield f"d_{pair}", _change(f"p_{pair}", 1)
        yield f"m_{pair}", _change(f"p_{pair}", currency_blocs.MOVE)
    for i, cost in enumerate(COSTS):
        yield f"s_{i}", pl.col(f"g_{i}").abs()
        yield f"n_{i}", pl.col(f"g_{i}").abs() - cost


def levels(base: np.ndarray) -> Columns:
    """Yield log indices l; deviations of pairs' and blocs' steps; blocs' mean moves; best and widest trips.

    Args:
        base: v_c(t0), shape [8].
    """
    for c, v0 in zip(CURRENCIES, base, strict=True):
        yield f"l_{c}", BASKET_GAIN * (pl.col(f"v_{c}") - float(v0))
    steps = {pair: pl.col(f"d_{pair}") for pair in PAIRS}
    for bloc in BLOCS:
        border = border_pairs(bloc)
        steps[bloc] = _sum(sign * pl.col(f"d_{PAIRS[k]}") for k, sign in border)
        yield f"mm_{bloc}", _mean([sign * pl.col(f"m_{PAIRS[k]}") for k, sign in border])
    for w in currency_blocs.COHERENCE_WINDOWS:
        yield from ((f"sd_{name}_{w}", step.rolling_std(w)) for name, step in steps.items())
    for pair in PAIRS:
        trips = [i for i, _ in round_trips(pair)]
        yield f"best_{pair}", pl.max_horizontal(f"n_{i}" for i in trips)  # of those that are not null
        yield f"widest_{pair}", pl.max_horizontal(f"s_{i}" for i in trips)


def derived() -> Columns:
    """Yield indices i and blocs' l; what coherence is made of; profits and directions of the best trips."""
    yield from ((f"i_{c}", 100 * pl.col(f"l_{c}").exp()) for c in CURRENCIES)
    for bloc, members in BLOCS.items():
        yield f"l_{bloc}", _mean([pl.col(f"l_{c}") for c in members])
        for w in currency_blocs.COHERENCE_WINDOWS:
            sd = [pl.col(f"sd_{PAIRS[k]}_{w}") for k, _ in border_pairs(bloc)]
            yield f"total_{bloc}_{w}", _sum(sd)
            yield f"variances_{bloc}_{w}", _sum(each * each for each in sd)
    for pair in PAIRS:
        best = pl.col(f"best_{pair}")
        first = cast("Any", pl)  # the first round trip that is the best
        for i, sign in round_trips(pair):
            first = first.when(pl.col(f"n_{i}") == best).then(sign * pl.col(f"g_{i}"))
        yield f"profit_{pair}", 100 * (best.exp() - 1)
        yield f"direction_{pair}", first.sign()


def features() -> Columns:
    """Yield the columns of the contract."""
    yield from _currency_indices()
    yield from _triangular_arbitrage()
    yield from _currency_blocs()


def _currency_indices() -> Columns:
    for c in CURRENCIES:
        name, column = f"{c.lower()}_basket", f"i_{c}"
        index = pl.col(column)
        yield f"{name}_index", index
        for w in currency_indices.WINDOWS:
            half, whole = index.shift(w // 2), index.shift(w)
            yield f"{name}_momentum_{w}", index - whole
            yield f"{name}_momentum_accel_{w}", (index - half) - (half - whole)
            yield f"{name}_momentum_roc_{w}", 100 * (index / whole - 1)
            yield f"{name}_volatility_{w}", 10_000 * _change(f"l_{c}", 1).rolling_std(w)
        for group, members in GROUPS.items():
            others = [pl.col(f"i_{g}") for g in members if g != c]
            yield f"{name}_strength_vs_{group}", index - _mean(others)


def _triangular_arbitrage() -> Columns:
    for pair in PAIRS:
        name, profit = f"{pair}_arbitrage", pl.col(f"profit_{pair}")
        signs = pl.when(profit > 0).then(pl.col(f"direction_{pair}")).when(profit.is_not_null()).then(0)
        yield f"{name}_profit_pct", profit
        yield f"{name}_opportunity", profit > 0
        yield f"{name}_direction", signs.cast(pl.Int16)
        yield f"{name}_max_profit", 100 * (pl.col(f"widest_{pair}").exp() - 1)


def _currency_blocs() -> Columns:
    for bloc, members in BLOCS.items():
        name, level = f"{bloc}_bloc", pl.col(f"l_{bloc}")
        moves = [sign * pl.col(f"m_{PAIRS[k]}") for k, sign in border_pairs(bloc)]
        index = 100 * level.exp()
        yield f"{name}_index", index
        for w in currency_blocs.WINDOWS:
            yield f"{name}_momentum_{w}", 100 * _change(f"l_{bloc}", w)
            yield f"{name}_volatility_{w}", 10_000 * _change(f"l_{bloc}", 1).rolling_std(w)
        for w in currency_blocs.COHERENCE_WINDOWS:
            yield f"{name}_coherence_{w}", _coherence(bloc, w)
        squares = [(move - pl.col(f"mm_{bloc}")) ** 2 for move in moves]
        yield f"{name}_dispersion_60", 10_000 * _mean(squares).sqrt()
        yield f"{name}_breadth_60", _mean([move.sign() for move in moves])
        yield f"{name}_strength", index - _mean([pl.col(f"i_{c}") for c in CURRENCIES if c not in members])


def _coherence(bloc: str, w: int) -> pl.Expr:
    sd, variances = pl.col(f"sd_{bloc}_{w}"), pl.col(f"variances_{bloc}_{w}")
    denominator = pl.col(f"total_{bloc}_{w}") ** 2 - variances
    return pl.when(denominator > 0).then((sd * sd - variances) / denominator)


def _sum(terms: Iterable[pl.Expr]) -> pl.Expr:
    """Add the terms in this order, null where a term is null (`sum_horizontal` would skip it)."""
    return reduce(add, terms)


def _mean(terms: list[pl.Expr]) -> pl.Expr:
    return _sum(terms) / len(terms)


def _change(column: str, bars: int) -> pl.Expr:
    return pl.col(column) - pl.col(column).shift(bars)
