"""The three stages under one signature, for whoever runs them by name."""

from dataclasses import dataclass, field

import numpy as np

from include.stages import SPEC_VERSION, currency_blocs, currency_indices
from include.stages.basket import MAX_STALE_BARS
from include.stages.catalogue import features_of
from include.stages.panel import BasketBase, Panel
from include.stages.triangular_arbitrage import COSTS_BPS, triangular_arbitrage


@dataclass(frozen=True, slots=True)
class Options:
    """What, besides the prices, decides a feature's value.

    Attributes:
        max_stale_bars: Grid bars over which a price is carried forward.
        costs_bps: Cost of each pair per leg in basis points, shape [28].
        threshold_pct: An arbitrage profit above it is an opportunity, percent.
    """

    max_stale_bars: int = MAX_STALE_BARS
    costs_bps: np.ndarray = field(default_factory=COSTS_BPS.copy)
    threshold_pct: float = 0.0


def look_back(stage: str, options: Options) -> int:
    """Bars before the first wanted one that the stage has to see."""
    if stage == "triangular_arbitrage":
        return 0
    module = currency_indices if stage == "currency_indices" else currency_blocs
    return max(module.WINDOWS) + options.max_stale_bars


def compute(stage: str, panel: Panel, base: BasketBase, options: Options) -> np.ndarray:
    """The stage's columns on every bar of the panel, shape [C, T], NaN = NULL.

    Raises:
        ValueError: A value is infinite; the message says which and where.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below, by name
        columns = _compute(stage, panel, base, options)
    infinite = np.isinf(columns)
    if infinite.any():
        column, bar = np.argwhere(infinite)[0]
        raise ValueError(
            f"{features_of(stage)[column].name} is infinite at {panel.ts[bar]} UTC ({infinite.sum()} such "
            "values): prices there span more than a double can hold. Look for a mistaken price."
        )
    return columns


def _compute(stage: str, panel: Panel, base: BasketBase, options: Options) -> np.ndarray:
    if stage == "triangular_arbitrage":
        return triangular_arbitrage(panel, options.costs_bps, options.threshold_pct)
    if stage == "currency_indices":
        return currency_indices.currency_indices(panel, base, options.max_stale_bars)
    return currency_blocs.currency_blocs(panel, base, options.max_stale_bars)


def premises(stage: str, base: BasketBase, options: Options) -> dict[str, object]:
    """All that decides the stage's values besides the prices, as plain values, for a fingerprint."""
    common: dict[str, object] = {"stage": stage, "spec_version": SPEC_VERSION}
    if stage == "triangular_arbitrage":
        return common | {"costs_bps": options.costs_bps.tolist(), "threshold_pct": options.threshold_pct}
    scale = {"base_bar": str(base.ts), "base_values": base.values.tolist()}
    return common | scale | {"max_stale_bars": options.max_stale_bars}
