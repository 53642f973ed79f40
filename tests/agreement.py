"""The implementation behind the reference's signature, and what it means that the two agree."""

from collections.abc import Mapping

import numpy as np

from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES
from include.stages.options import COSTS_BPS, Options
from include.stages.panel import Panel

Features = Mapping[str, np.ndarray]

ACCURACY = 1e-9
FIRST_BAR = np.datetime64("2025-01-01T00:00", "us")
MINUTE = np.timedelta64(1, "m")


def panel_of(close: np.ndarray) -> Panel:
    """These prices, a minute apart."""
    return Panel(FIRST_BAR + np.arange(close.shape[1]) * MINUTE, np.ascontiguousarray(close))


def stage_features(
    close: np.ndarray,
    base_bar: int = 0,
    *,
    max_stale_bars: int = 60,
    cost_bps: np.ndarray | None = None,
    threshold_pct: float = 0.0,
) -> dict[str, np.ndarray]:
    """Compute the columns of all stages on the whole panel at once."""
    panel = panel_of(close)
    base = basket_base(panel, panel.ts[base_bar], max_stale_bars)
    options = Options(max_stale_bars, COSTS_BPS if cost_bps is None else cost_bps, threshold_pct)
    columns = np.concatenate([stage.compute(panel, base, options) for stage in STAGES])
    return {feature.name: column for feature, column in zip(FEATURES, columns, strict=True)}


def assert_agree(got: Features, want: Features) -> None:
    """The same columns, the same NULLs, the contract's accuracy, at every bar."""
    assert list(got) == list(want)
    found = [text for name in want if (text := disagreement(name, got[name], want[name]))]
    assert not found, f"{len(found)} columns disagree:\n" + "\n".join(found[:20])


def disagreement(name: str, got: np.ndarray, want: np.ndarray) -> str | None:
    """Where the column is furthest from the wanted values, or None where it is everywhere near enough."""
    assert got.shape == want.shape, name
    error = np.abs(got - want) / np.maximum(1, np.abs(want))
    error[np.isnan(got) & np.isnan(want)] = 0
    error[np.isnan(got) != np.isnan(want)] = np.inf
    wrong = ~(error <= ACCURACY)
    if not wrong.any():
        return None
    t = int(error.argmax())
    return f"{name} at {wrong.sum()} bars, worst at bar {t}: got {got[t]!r}, wanted {want[t]!r}"


def assert_identical(got: Features, want: Features) -> None:
    """The same columns, bit for bit; NULL is like NULL."""
    assert list(got) == list(want)
    differing = [name for name in want if not np.array_equal(got[name], want[name], equal_nan=True)]
    assert not differing, f"{len(differing)} columns differ: {differing[:20]}"


def cut(features: Features, bars: slice) -> dict[str, np.ndarray]:
    """The same columns on some of the bars."""
    return {name: column[bars] for name, column in features.items()}
