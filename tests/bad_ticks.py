"""Markets with prices that were never traded, which is hard on whatever subtracts."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from oracle.market import PAIRS
from tests.panels import flat_market, market, on_ticks


class Tick(NamedTuple):
    """A mistaken price: for some bars a pair's price is multiplied, then it may have no bar for a while."""

    pair: str
    bar: int
    factor: float
    bars: int = 1
    bars_missing: int = 0


def with_ticks(close: np.ndarray, ticks: Iterable[Tick]) -> np.ndarray:
    """These prices with the mistaken ones."""
    out = close.copy()
    for tick in ticks:
        end = tick.bar + tick.bars
        out[PAIRS.index(tick.pair), tick.bar : end] *= tick.factor
        out[PAIRS.index(tick.pair), end : end + tick.bars_missing] = np.nan
    return out


def standing_market(bars: int, one_in: int = 300, seed: int = 11) -> np.ndarray:
    """Prices of five digits that stand still, but for a pair that moves by its last digit now and then."""
    close = on_ticks(flat_market(bars))
    rng = np.random.default_rng(seed)
    moves = rng.integers(-1, 2, close.shape) * (rng.random(close.shape) < 1 / one_in)
    digits = np.array([3 if pair.endswith("jpy") else 5 for pair in PAIRS])
    return close + moves.cumsum(axis=1) * 10.0 ** -digits[:, np.newaxis]


MARKETS = {
    "a standing market": lambda bars: on_ticks(flat_market(bars)),
    "a market that hardly moves": standing_market,
    "a calm market on ticks": lambda bars: on_ticks(market(bars, volatility=1e-5, noise=1e-5)),
    "a moving market": market,
    "a market of tiny volatility": lambda bars: market(bars, volatility=1e-7, noise=1e-7),
}
