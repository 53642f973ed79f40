"""All 384 features, slowly and by the letter of the contract: the judge of the fast implementation.

Nothing here comes from `include`; the market is restated from the contract. Every variance takes two passes
over its own window, in extended precision where the platform has it. Section numbers are the contract's.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

CURRENCIES = ("AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD")
PAIRS = (
    "audcad", "audchf", "audjpy", "audnzd", "audusd",
    "cadchf", "cadjpy", "chfjpy",
    "euraud", "eurcad", "eurchf", "eurgbp", "eurjpy", "eurnzd", "eurusd",
    "gbpaud", "gbpcad", "gbpchf", "gbpjpy", "gbpnzd", "gbpusd",
    "nzdcad", "nzdchf", "nzdjpy", "nzdusd",
    "usdcad", "usdchf", "usdjpy",
)  # fmt: skip
GROUPS = {
    "major": ("EUR", "GBP", "JPY", "USD"),
    "safe_haven": ("CHF", "JPY"),
    "commodity": ("AUD", "CAD", "NZD"),
}
BLOCS = {
    "commodity": ("AUD", "CAD", "NZD"),
    "safe_haven": ("CHF", "JPY"),
    "euro": ("EUR",),
    "usd": ("USD",),
}
WINDOWS = (60, 90, 150, 240, 390, 630)
COSTS_BPS = {
    **dict.fromkeys(PAIRS, 2.0),
    **dict.fromkeys(("audusd", "usdcad", "usdchf", "eurgbp", "eurjpy", "eurchf", "nzdusd"), 1.0),
    **dict.fromkeys(("eurusd", "usdjpy", "gbpusd"), 0.5),
}
MAX_STALE_BARS = 60

Exact = np.longdouble
Columns = Iterator[tuple[str, np.ndarray]]

CHUNK = 2_000
"""Bars whose windows are in memory together: 20 MB at the longest window."""


def reference_features(
    close: np.ndarray,
    base_bar: int | None = None,
    *,
    max_stale_bars: int = MAX_STALE_BARS,
    cost_bps: Sequence[float] | np.ndarray | None = None,
    threshold_pct: float = 0.0,
    bars: slice | None = None,
) -> dict[str, np.ndarray]:
    """The 384 columns in contract order as float64: NaN is NULL, booleans are 0 and 1.

    Args:
        close: Close prices, shape [28, T], NaN = no bar.
        base_bar: First grid position at which the base bar may be, default 0.
        max_stale_bars: Greatest age of a filled price.
        cost_bps: Cost per leg and pair in basis points, default the contract's.
        threshold_pct: Profit above which there is an opportunity.
        bars: The bars wanted, as a plain `start:stop`, default all. Only their look-back is evaluated, so
            that the end of a very long history can be judged.
    """
    costs = [COSTS_BPS[pair] for pair in PAIRS] if cost_bps is None else cost_bps
    start, stop, _ = (bars or slice(None)).indices(close.shape[1])
    first = max(0, start - max(WINDOWS) - max_stale_bars)

    base = base_values(close, base_bar or 0, max_stale_bars)
    x = log_prices(close[:, first:stop])
    p = filled(x, max_stale_bars)
    index = 100 * np.exp(Exact(8) / 7 * (currency_values(p) - base[:, np.newaxis]))

    columns = {
        **dict(currency_indices(index)),
        **dict(triangular_arbitrage(x, np.asarray(costs, Exact) / 10_000, threshold_pct)),
        **dict(currency_blocs(index, p)),
    }
    return {name: values[start - first :].astype(np.float64) for name, values in columns.items()}


# 1. Input


def log_prices(close: np.ndarray) -> np.ndarray:
    """x_k(t)."""
    return np.log(close.astype(Exact))


def filled(x: np.ndarray, max_stale_bars: int) -> np.ndarray:
    """p_k(t): the last x_k at or before t, if it is at most `max_stale_bars` bars old."""
    here = np.arange(x.shape[1])
    last = np.maximum.accumulate(np.where(np.isnan(x), -1, here), axis=1)
    known = (last >= 0) & (here - last <= max_stale_bars)
    return np.where(known, np.take_along_axis(x, np.maximum(last, 0), axis=1), np.nan)


# 2. Currency values


def currency_values(p: np.ndarray) -> np.ndarray:
    """v_c(t), shape [8, T]; bars at which the same pairs are present share one solution."""
    v = np.full((len(CURRENCIES), p.shape[1]), np.nan, Exact)
    patterns, pattern_of_bar = np.unique(~np.isnan(p), axis=1, return_inverse=True)
    for i, present in enumerate(patterns.T):
        pairs = np.flatnonzero(present)
        if connect_all_currencies(pairs):
            here = np.flatnonzero(pattern_of_bar.ravel() == i)
            v[:, here] = least_squares(pairs) @ p[np.ix_(pairs, here)]
    return v


def least_squares(pairs: np.ndarray) -> np.ndarray:
    """The matrix from the log prices of these pairs to the 8 currency values.

    The solution is linear in the prices, so it is known when it is known for each unit price; the last
    equation says that the values sum to 0.
    """
    equations = np.zeros((len(pairs) + 1, len(CURRENCIES)))
    for row, k in enumerate(pairs):
        base, quote = currencies_of(PAIRS[k])
        equations[row, CURRENCIES.index(base)] = 1
        equations[row, CURRENCIES.index(quote)] = -1
    equations[-1] = 1
    unit_prices = np.eye(len(pairs) + 1, len(pairs))
    return np.linalg.lstsq(equations, unit_prices)[0]


def connect_all_currencies(pairs: np.ndarray) -> bool:
    """Whether one can walk from the first currency to every other one along these pairs."""
    reached, frontier = set(), [CURRENCIES[0]]
    while frontier:
        here = frontier.pop()
        reached.add(here)
        for k in pairs:
            if here in currencies_of(PAIRS[k]):
                frontier += set(currencies_of(PAIRS[k])) - reached
    return reached == set(CURRENCIES)


def currencies_of(pair: str) -> tuple[str, str]:
    """Base and quote."""
    return pair[:3].upper(), pair[3:].upper()


def base_values(close: np.ndarray, base_bar: int, max_stale_bars: int) -> np.ndarray:
    """v_c(t0) at the first bar from `base_bar` on where all 28 p_k are present; NaN if there is none."""
    present = ~np.isnan(close)
    for t in range(base_bar, close.shape[1]):
        recent = slice(max(0, t - max_stale_bars), t + 1)
        if present[:, recent].any(axis=1).all():
            return currency_values(filled(log_prices(close[:, recent]), max_stale_bars))[:, -1]
    return np.full(len(CURRENCIES), np.nan, Exact)


# What the formulas of sections 3 and 5 are made of


def before(x: np.ndarray, bars: int) -> np.ndarray:
    """x(t - bars), NaN before the first bar of the history."""
    padding = np.full((*x.shape[:-1], bars), np.nan, x.dtype)
    return np.concatenate([padding, x], axis=-1)[..., : x.shape[-1]]


def change(x: np.ndarray, bars: int) -> np.ndarray:
    """x(t) - x(t - bars)."""
    return x - before(x, bars)


def sample_variance(x: np.ndarray, w: int) -> np.ndarray:
    """Variance (ddof 1) of the last w values of a series, at every bar; NaN where one of them is."""
    variance = np.full(len(x), np.nan, Exact)
    for start in range(0, len(x) - w + 1, CHUNK):
        windows = sliding_window_view(x[start : start + CHUNK + w - 1], w)
        whole = ~sliding_window_view(np.isnan(x[start : start + CHUNK + w - 1]), w).any(axis=1)
        deviation = windows[whole] - windows[whole].mean(axis=1, keepdims=True)
        variance[start + w - 1 + np.flatnonzero(whole)] = (deviation**2).sum(axis=1) / (w - 1)
    return variance


def sample_deviation(x: np.ndarray, w: int) -> np.ndarray:
    """Standard deviation (ddof 1) of the last w values of a series, at every bar."""
    return np.sqrt(sample_variance(x, w))


# 3. Stage 2.3


def currency_indices(index: np.ndarray) -> Columns:
    """28 columns per currency, from I_c(t)."""
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


# 4. Stage 2.4


def triangular_arbitrage(x: np.ndarray, cost: np.ndarray, threshold_pct: float) -> Columns:
    """4 columns per pair, from raw log prices and the cost per leg in log units."""
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
    """+x of the pair quoted i/j, or -x of the pair quoted j/i."""
    k = pair_of(i, j)
    return x[k] if currencies_of(PAIRS[k]) == (i, j) else -x[k]


def pair_of(i: str, j: str) -> int:
    """Position of the pair that trades these two currencies."""
    return next(k for k, pair in enumerate(PAIRS) if set(currencies_of(pair)) == {i, j})


# 5. Stage 2.16B


def currency_blocs(index: np.ndarray, p: np.ndarray) -> Columns:
    """12 columns per bloc, from I_c(t) and p_k(t)."""
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
    """o_k(t) of the pairs with exactly one currency in the bloc: it rises when the bloc strengthens."""
    o = []
    for k, pair in enumerate(PAIRS):
        base, quote = currencies_of(pair)
        if base in members and quote not in members:
            o.append(p[k])
        if quote in members and base not in members:
            o.append(-p[k])
    return np.array(o)


def coherence(d: np.ndarray, w: int) -> np.ndarray:
    """Implied average correlation of the last w values of the rows; NaN where fewer than two of them move.

    The denominator is literal: with sd squared again (not the variance that it came from) it is exactly 0
    where a single row moves.
    """
    sd = np.array([sample_deviation(row, w) for row in d])
    numerator = sample_variance(d.sum(axis=0), w) - (sd**2).sum(axis=0)
    denominator = sd.sum(axis=0) ** 2 - (sd**2).sum(axis=0)
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)
