"""Panels of close prices, shape [28, T], that are hard on an implementation; the same at every run."""

from collections.abc import Callable

import numpy as np

from oracle.market import CURRENCIES, PAIRS, currencies_of

BARS = 1_500
"""More than two of the longest windows."""

USD_VALUES = {
    "AUD": 0.65, "CAD": 0.73, "CHF": 1.12, "EUR": 1.08, "GBP": 1.27, "JPY": 1 / 150, "NZD": 0.6, "USD": 1.0,
}  # fmt: skip

Panels = dict[str, Callable[[], np.ndarray]]


def pairs_of(currency: str) -> list[int]:
    """The 7 pairs that trade the currency."""
    return [k for k, pair in enumerate(PAIRS) if currency in currencies_of(pair)]


def prices_of(values: np.ndarray) -> np.ndarray:
    """Consistent prices from log currency values, shape [8, T]."""
    base, quote = np.array([[CURRENCIES.index(c) for c in currencies_of(pair)] for pair in PAIRS]).T
    return np.exp(values[base] - values[quote])


def market(
    bars: int = BARS, *, seed: int = 1, volatility: float = 3e-4, noise: float = 3e-5, drift: float = 0.0
) -> np.ndarray:
    """Random walks of the 8 currencies, first one falling and last one rising by `drift` a bar, and noise."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(np.linspace(-drift, drift, 8)[:, np.newaxis], volatility, (8, bars))
    start = np.log([USD_VALUES[c] for c in CURRENCIES])
    return prices_of(start[:, np.newaxis] + steps.cumsum(axis=1)) * np.exp(rng.normal(0, noise, (28, bars)))


def flat_market(bars: int = BARS) -> np.ndarray:
    """The first bar of the market, for ever."""
    return np.repeat(market(1), bars, axis=1)


def even_market(bars: int) -> np.ndarray:
    """Every price is 1 and every log price 0: what happens in it can be worked out by hand."""
    return np.ones((28, bars))


def on_ticks(close: np.ndarray) -> np.ndarray:
    """Prices of five digits: many bars do not move at all."""
    digits = np.array([3 if pair.endswith("jpy") else 5 for pair in PAIRS])
    tick = 10.0 ** -digits[:, np.newaxis]
    return np.round(close / tick) * tick


def without(close: np.ndarray, pairs: list[int], bars: slice) -> np.ndarray:
    """No bar of these pairs in this stretch."""
    gapped = close.copy()
    gapped[pairs, bars] = np.nan
    return gapped


def with_spike(close: np.ndarray, pair: str, bar: int, factor: float) -> np.ndarray:
    """One price at a multiple of itself, for one bar."""
    spiked = close.copy()
    spiked[PAIRS.index(pair), bar] *= factor
    return spiked


def grid(close: np.ndarray) -> np.ndarray:
    """The bars at which at least one pair has a price: no other bar is in the grid."""
    return close[:, ~np.isnan(close).all(axis=0)]


def gaps_and_outages() -> np.ndarray:
    """Short gaps everywhere, an hour with two pairs, two hours with none."""
    rng = np.random.default_rng(2)
    close = market()
    for k, start, length in zip(
        rng.integers(0, 28, 300), rng.integers(1, BARS, 300), rng.geometric(0.1, 300), strict=True
    ):
        close[k, start : start + length] = np.nan
    close = without(close, list(range(2, 28)), slice(700, 760))
    return grid(without(close, list(range(28)), slice(900, 1020)))


def stale_pairs() -> np.ndarray:
    """Gaps just within and just beyond the greatest age of a price, a long one, and one without an end."""
    close = without(market(), [14], slice(100, 160))
    close = without(close, [15], slice(100, 161))
    close = without(close, [0], slice(300, 500))
    return without(close, [27], slice(800, None))


def disconnected_currencies() -> np.ndarray:
    """For a while AUD and NZD trade with each other, and the other six among themselves."""
    bridges = [k for k, pair in enumerate(PAIRS) if len({"AUD", "NZD"} & set(currencies_of(pair))) == 1]
    return without(market(), bridges, slice(750, 900))


def barely_connected_currencies() -> np.ndarray:
    """For a while only the seven USD pairs trade, then one of them less."""
    others = [k for k in range(28) if k not in pairs_of("USD")]
    return without(without(market(), others, slice(750, 950)), [PAIRS.index("usdcad")], slice(850, 950))


def sparse(presence: float, seed: int) -> np.ndarray:
    """Every pair has a bar at random, with this probability."""
    close = market(seed=seed)
    return grid(np.where(np.random.default_rng(seed).random(close.shape) < presence, close, np.nan))


def late_pair() -> np.ndarray:
    """One pair starts later than the others: the base bar is not the first bar."""
    return without(market(), [5], slice(0, 120))


def spikes_in(close: np.ndarray) -> np.ndarray:
    """A spike of 5 % and one of 900 %, each of which leaves every window again."""
    return with_spike(with_spike(close, "gbpusd", 400, 1.05), "eurusd", 420, 10.0)


def spikes_then_flat() -> np.ndarray:
    """A moving market, a spike of 5 % and one of 900 %, then not a move until the last bar."""
    close = market()
    close[:, 701:] = close[:, 700:701]
    return with_spike(with_spike(close, "eurusd", 690, 1.05), "usdjpy", 702, 10.0)


def spikes_in_a_flat_market() -> np.ndarray:
    """One pair moves in some windows, two pairs in others, none in the rest."""
    close = with_spike(flat_market(), "eurusd", 200, 1.05)
    return with_spike(with_spike(close, "eurjpy", 400, 1.05), "audjpy", 420, 10.0)


def drained_and_refilled() -> np.ndarray:
    """Ten moving bars between long flat stretches."""
    close = market()
    close[:, :100] = close[:, 100:101]
    close[:, 110:1000] = close[:, 109:110]
    return close


PANELS: Panels = {
    "a moving market": market,
    "a market without arbitrage": lambda: market(noise=0.0),
    "gaps and outages": gaps_and_outages,
    "stale pairs": stale_pairs,
    "a missing currency": lambda: without(market(), pairs_of("GBP"), slice(700, 900)),
    "disconnected currencies": disconnected_currencies,
    "barely connected currencies": barely_connected_currencies,
    "a bar in two": lambda: sparse(0.5, seed=3),
    "a bar in twenty": lambda: sparse(0.05, seed=4),
    "a late pair": late_pair,
    "spikes in a moving market": lambda: spikes_in(market()),
    "spikes, then flat": spikes_then_flat,
    "spikes in a flat market": spikes_in_a_flat_market,
    "drained and refilled": drained_and_refilled,
    "a flat market": flat_market,
    "a tiny volatility": lambda: market(volatility=1e-7, noise=1e-7),
    "spikes in a market of tiny volatility": lambda: spikes_in(market(volatility=1e-7, noise=1e-7)),
    "a trend": lambda: market(drift=3e-4, volatility=1e-5, noise=1e-6),
    "prices on ticks": lambda: on_ticks(market(volatility=1e-5, noise=1e-5)),
    "fewer bars than a window": lambda: market(59),
    "a single bar": lambda: market(1),
}
