"""Markets in which it is known whether TIER 1 helps, and by how much."""

import numpy as np

from include.evaluation.columns import columns_of_pairs, families_of
from include.evaluation.decisions import decision_bars
from include.evaluation.sample import Sample, sample_of
from include.market import CURRENCIES, PAIRS, base_and_quote
from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES
from include.stages.options import COSTS_BPS, Options
from include.stages.panel import BasketBase, Panel
from tests.panels import prices_of

NAMES = tuple(
    f"{currency.lower()}_basket_{name}" for currency in CURRENCIES for name in ("index", "strength")
)
RISK = 5e-3
"""Of a pair's daily move."""
FREE, COSTS = np.zeros(28), COSTS_BPS / 1e4
BASE, QUOTE = np.array([base_and_quote(pair) for pair in PAIRS]).T
WARM_UP = 700
"""More than the longest window."""


def weekdays(bars: int) -> np.ndarray:
    days = np.arange("2010-01-01", "2040-01-01", dtype="datetime64[D]")
    return days[np.is_busday(days)][:bars].astype("datetime64[us]")


def planted(bars: int, seed: int, edge: float) -> Sample:
    """Pairs that move by themselves, but for what the first column of both their currencies says.

    Whoever knows it expects a move of `edge` units of risk, give or take, in one direction or the other.
    """
    rng = np.random.default_rng(seed)
    tier1 = rng.standard_normal((bars, len(NAMES)))
    signal = tier1[:, ::2]
    moves = rng.standard_normal((bars, 28)) + edge * (signal[:, BASE] - signal[:, QUOTE]) / np.sqrt(2)
    prices = np.exp(RISK * np.concatenate([np.zeros((1, 28)), moves[:-1]]).cumsum(axis=0))
    panel = Panel(weekdays(bars), prices.T.copy())
    columns = columns_of_pairs(NAMES)
    return sample_of(panel, np.arange(bars), 1, 60, tier1, columns, families_of(columns, NAMES))


def sharpe_of_planted(edge: float, per_year: float) -> float:
    """Of whoever knows the edge and trades for nothing: a normal edge's mean size, on 28 risks."""
    return float(edge * np.sqrt(2 / np.pi) * np.sqrt(28) * np.sqrt(per_year))


def random_walk(bars: int, seed: int) -> tuple[Panel, np.ndarray, BasketBase]:
    """Currencies without a memory, and their TIER 1."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, RISK / np.sqrt(2), (8, WARM_UP + bars))
    panel = Panel(weekdays(WARM_UP + bars), prices_of(steps.cumsum(axis=1)))
    base = basket_base(panel, panel.ts[0], 60)
    return panel, np.concatenate([stage.compute(panel, base, Options()) for stage in STAGES]).T, base


def walk_sample(panel: Panel, tier1: np.ndarray) -> Sample:
    """Its decisions, a day apart, after the longest window."""
    at = decision_bars(WARM_UP, len(panel), 1, len(panel))
    names = [feature.name for feature in FEATURES]
    columns = columns_of_pairs(names)
    return sample_of(panel, at, 1, 60, tier1[at], columns, families_of(columns, names))
