"""Stage 2.16B: four currency blocs against the rest of the market, 48 columns.

The formulas are defined in docs/reference/contract.md (contract, section 5).
"""

import numpy as np

from include.market import BLOCS, CURRENCIES, PAIRS, border_pairs
from include.numerics.correlation import implied_correlation
from include.numerics.cross_section import dispersion_and_breadth
from include.numerics.rolling import lagged_difference, rolling_sd
from include.stages.basket import filled_log_prices, log_indices
from include.stages.feature import Feature
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel

WINDOWS = (60, 240, 630)
"""Bars, of momentum and volatility."""
COHERENCE_WINDOWS = (60, 240)
"""Bars."""
MOVE = 60
"""Bars over which dispersion and breadth look at each border pair's move."""

# of each bloc: name, unit, formula
_QUANTITIES: tuple[tuple[str, str, str], ...] = (
    ("index", "index points", "B(t) = 100 exp(L(t)), L = mean of ln(I_c/100) over the bloc"),
    *((f"momentum_{w}", "percent (log)", f"100 (L(t) - L(t-{w}))") for w in WINDOWS),
    *(
        (f"volatility_{w}", "basis points per bar", f"10000 sd(L(u) - L(u-1), last {w} bars, ddof 1)")
        for w in WINDOWS
    ),
    *(
        (
            f"coherence_{w}",
            "1, in -1..1",
            f"(Var(sum d_k) - sum Var(d_k)) / ((sum sd_k)^2 - sum sd_k^2), last {w} bars, ddof 1",
        )
        for w in COHERENCE_WINDOWS
    ),
    (
        f"dispersion_{MOVE}",
        "basis points",
        f"10000 sd across border pairs of o_k(t) - o_k(t-{MOVE}), ddof 0",
    ),
    (
        f"breadth_{MOVE}",
        "1, in -1..1",
        f"(number of o_k(t) > o_k(t-{MOVE}) minus number of <) / border pairs",
    ),
    ("strength", "index points", "B(t) - mean of I_c(t) over the currencies outside"),
)
FEATURES = tuple(
    Feature(f"{bloc}_bloc_{name}", unit, formula) for bloc in BLOCS for name, unit, formula in _QUANTITIES
)

_SIGNS = np.zeros((len(BLOCS), len(PAIRS)))
"""+1 or -1 for each bloc's border pairs, with which each rises when the bloc strengthens; else 0."""
for _row, _bloc in zip(_SIGNS, BLOCS, strict=True):
    for _leg in border_pairs(_bloc):
        _row[_leg.pair] = _leg.sign


def look_back(options: Options) -> int:
    """Return the longest window, and the greatest age of the price at its start, in bars."""
    return max(WINDOWS) + options.max_stale_bars


def used_options(options: Options) -> dict[str, object]:
    """Return the options that decide the values, as plain values."""
    return {"max_stale_bars": options.max_stale_bars}


def compute(panel: Panel, base: BasketBase, options: Options) -> np.ndarray:
    """Compute all 48 columns, shape [48, T], NaN = NULL, in the order of `FEATURES`."""
    p = filled_log_prices(panel, options.max_stale_bars)
    log_index = log_indices(p, base)
    steps, moves = lagged_difference(p, 1), lagged_difference(p, MOVE)
    coherence = [implied_correlation(steps, _SIGNS, w) for w in COHERENCE_WINDOWS]
    columns = []
    for b, currencies in enumerate(BLOCS.values()):
        members = [CURRENCIES.index(c) for c in currencies]
        level = log_index[members].mean(axis=0)
        pairs = np.flatnonzero(_SIGNS[b])
        dispersion, breadth = dispersion_and_breadth(moves, pairs, _SIGNS[b, pairs])
        columns += [
            100.0 * np.exp(level),
            *(100.0 * lagged_difference(level, w) for w in WINDOWS),
            *(10_000.0 * rolling_sd(lagged_difference(level, 1)[None], w)[0] for w in WINDOWS),
            *(of_window[b] for of_window in coherence),
            10_000.0 * dispersion,
            breadth,
            _strength(level, log_index, members),
        ]
    return np.stack(columns)


def _strength(level: np.ndarray, log_index: np.ndarray, members: list[int]) -> np.ndarray:
    """Return the bloc's index minus the mean index of the currencies outside it."""
    outside = np.delete(log_index, members, axis=0)
    return 100.0 * np.exp(level) - (100.0 * np.exp(outside)).mean(axis=0)
