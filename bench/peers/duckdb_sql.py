"""The 384 columns as DuckDB's SQL: each function yields expressions `... as name` of one select.

DuckDB merges parts of a frame by Chan's formula, so its `stddev_samp` is exact after a spike, but it skips
NULL: frames with too few values are told by their count.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from bench.peers.shared import COSTS, INCIDENCE, TRIANGLES, round_trips
from include.market import BLOCS, CURRENCIES, GROUPS, PAIRS, border_pairs
from include.stages import currency_blocs, currency_indices
from include.stages.basket import BASKET_GAIN
from include.stages.catalogue import FEATURES
from include.stages.options import MAX_STALE_BARS

WINDOWS = currency_indices.WINDOWS
COHERENCE = currency_blocs.COHERENCE_WINDOWS


def raw() -> Iterator[str]:
    """Yield x_k: raw log prices, from the prices."""
    yield from (f"ln({pair}) as x_{pair}" for pair in PAIRS)


def filled() -> Iterator[str]:
    """Yield p_k: filled log prices, from x_k."""
    frame = f"rows between {MAX_STALE_BARS} preceding and current row"
    yield from (
        f"last_value(x_{pair} ignore nulls) over (order by ts_utc {frame}) as p_{pair}" for pair in PAIRS
    )


def values() -> Iterator[str]:
    """Yield v_c: currency values, from p_k, and from `given` where a p_k is NULL."""
    for c, currency in enumerate(CURRENCIES):
        signs = INCIDENCE[:, c]
        mean = _mean((f"{signs[k]} * p_{PAIRS[k]}" for k in np.flatnonzero(signs)), len(CURRENCIES))
        # the mean has seven pairs, which are there also where another one is missing
        yield f"case when incomplete.bar is null then {mean} else incomplete.v_{currency} end as v_{currency}"


def levels(base: np.ndarray) -> Iterator[str]:
    """Yield log indices l, round trips' gains g, pairs' steps d and moves m, from v_c, x_k and p_k.

    Args:
        base: v_c(t0), shape [8].
    """
    yield from (
        f"{BASKET_GAIN!r} * (v_{c} - {float(v0)!r}) as l_{c}" for c, v0 in zip(CURRENCIES, base, strict=True)
    )
    for i, legs in enumerate(TRIANGLES):
        yield _sum(f"{sign} * x_{PAIRS[k]}" for k, sign in legs) + f" as g_{i}"
    for pair in PAIRS:
        yield f"{_change(f'p_{pair}', 1)} as d_{pair}"
        yield f"{_change(f'p_{pair}', currency_blocs.MOVE)} as m_{pair}"


def derived() -> Iterator[str]:
    """Yield what needs the levels of the same bar only: i_c, l_bloc, d_bloc, mm_bloc, round trips' nets n."""
    yield from (f"100 * exp(l_{c}) as i_{c}" for c in CURRENCIES)
    yield from (f"abs(g_{i}) - {cost!r} as n_{i}" for i, cost in enumerate(COSTS))
    for bloc, members in BLOCS.items():
        border = border_pairs(bloc)
        yield f"{_mean((f'l_{c}' for c in members), len(members))} as l_{bloc}"
        yield _sum(f"{sign} * d_{PAIRS[k]}" for k, sign in border) + f" as d_{bloc}"
        yield f"{_mean((f'{sign} * m_{PAIRS[k]}' for k, sign in border), len(border))} as mm_{bloc}"


def returns() -> Iterator[str]:
    """Yield r: one-bar returns of currencies and blocs."""
    yield from (f"{_change(f'l_{name}', 1)} as r_{name}" for name in (*CURRENCIES, *BLOCS))


def deviations() -> Iterator[str]:
    """Yield rolling standard deviations, not NULL yet where a value is missing, and the counts that tell it.

    A return is missing in all currencies and blocs at once; a bloc's step is where a border pair's is.
    """
    for w in WINDOWS:
        yield from (_rolling("stddev_samp", f"r_{c}", w) for c in CURRENCIES)
        yield _rolling("count", f"r_{CURRENCIES[0]}", w)
    for w in currency_blocs.WINDOWS:
        yield from (_rolling("stddev_samp", f"r_{bloc}", w) for bloc in BLOCS)
    for w in COHERENCE:
        yield from (_rolling("stddev_samp", f"d_{name}", w) for name in (*PAIRS, *BLOCS))
        yield from (_rolling("count", f"d_{bloc}", w) for bloc in BLOCS)


def sums() -> Iterator[str]:
    """Yield what coherence is made of: sums of the border pairs' deviations and of their variances."""
    for bloc in BLOCS:
        for w in COHERENCE:
            sd = [f"stddev_samp_d_{PAIRS[k]}_{w}" for k, _ in border_pairs(bloc)]
            yield f"{_sum(sd)} as sd_{bloc}_{w}"
            yield _sum(f"{each} * {each}" for each in sd) + f" as var_{bloc}_{w}"


def features() -> Iterator[str]:
    """Yield the columns of the contract, in its order."""
    columns = dict(_currency_indices()) | dict(_triangular_arbitrage()) | dict(_currency_blocs())
    yield from (f"{columns[f.name]} as {f.name}" for f in FEATURES)


def _currency_indices() -> Iterator[tuple[str, str]]:
    for c in CURRENCIES:
        name, index = f"{c.lower()}_basket", f"i_{c}"
        yield f"{name}_index", index
        for w in WINDOWS:
            half, whole = _before(index, w // 2), _before(index, w)
            yield f"{name}_momentum_{w}", f"{index} - {whole}"
            yield f"{name}_momentum_accel_{w}", f"({index} - {half}) - ({half} - {whole})"
            yield f"{name}_momentum_roc_{w}", f"100 * ({index} / {whole} - 1)"
            yield f"{name}_volatility_{w}", _volatility(c, w)
        for group, members in GROUPS.items():
            others = [f"i_{g}" for g in members if g != c]
            yield f"{name}_strength_vs_{group}", f"{index} - {_mean(others, len(others))}"


def _triangular_arbitrage() -> Iterator[tuple[str, str]]:
    for pair in PAIRS:
        name, trips = f"{pair}_arbitrage", round_trips(pair)
        net = f"greatest({', '.join(f'n_{i}' for i, _ in trips)})"  # of those that are not NULL
        profit = f"100 * (exp({net}) - 1)"
        first = " ".join(f"when n_{i} = {net} then {sign} * sign(g_{i})" for i, sign in trips)
        widest = f"greatest({', '.join(f'abs(g_{i})' for i, _ in trips)})"
        yield f"{name}_profit_pct", profit
        yield f"{name}_opportunity", f"{profit} > 0"
        direction = f"case when {profit} > 0 then case {first} end when {profit} is not null then 0 end"
        yield f"{name}_direction", f"({direction})::smallint"
        yield f"{name}_max_profit", f"100 * (exp({widest}) - 1)"


def _currency_blocs() -> Iterator[tuple[str, str]]:
    for bloc, members in BLOCS.items():
        name, level, border = f"{bloc}_bloc", f"l_{bloc}", border_pairs(bloc)
        moves = [f"{sign} * m_{PAIRS[k]}" for k, sign in border]
        squares = [f"({move} - mm_{bloc}) * ({move} - mm_{bloc})" for move in moves]
        outside = [f"i_{c}" for c in CURRENCIES if c not in members]
        yield f"{name}_index", f"100 * exp({level})"
        for w in currency_blocs.WINDOWS:
            yield f"{name}_momentum_{w}", f"100 * ({level} - {_before(level, w)})"
            yield f"{name}_volatility_{w}", _volatility(bloc, w)
        for w in COHERENCE:
            yield f"{name}_coherence_{w}", _coherence(bloc, w)
        yield f"{name}_dispersion_60", f"10000 * sqrt({_mean(squares, len(border))})"
        yield f"{name}_breadth_60", f"{_mean((f'sign({move})' for move in moves), len(border))}"
        yield f"{name}_strength", f"100 * exp({level}) - {_mean(outside, len(outside))}"


def _volatility(name: str, w: int) -> str:
    return f"case when count_r_{CURRENCIES[0]}_{w} = {w} then 10000 * stddev_samp_r_{name}_{w} end"


def _coherence(bloc: str, w: int) -> str:
    deviation, sd, variances = f"stddev_samp_d_{bloc}_{w}", f"sd_{bloc}_{w}", f"var_{bloc}_{w}"
    denominator = f"({sd} * {sd} - {variances})"
    there = f"count_d_{bloc}_{w} = {w} and {denominator} > 0"
    return f"case when {there} then ({deviation} * {deviation} - {variances}) / {denominator} end"


def _rolling(statistic: str, column: str, w: int) -> str:
    frame = f"order by ts_utc rows between {w - 1} preceding and current row"
    return f"{statistic}({column}) over ({frame}) as {statistic}_{column}_{w}"


def _before(column: str, bars: int) -> str:
    return f"lag({column}, {bars}) over (order by ts_utc)"


def _change(column: str, bars: int) -> str:
    return f"{column} - {_before(column, bars)}"


def _sum(terms: Iterable[str]) -> str:
    """Add the terms in this order, NULL where a term is."""
    return f"({' + '.join(terms)})"


def _mean(terms: Iterable[str], number: int) -> str:
    return f"({_sum(terms)} / {number})"
