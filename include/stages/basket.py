"""Currency values: what the stages 2.3 and 2.16B are built on.

The formulas are defined in docs/reference/contract.md (contract, section 2).
"""

import numpy as np

from include.market import CURRENCIES, PAIRS, base_and_quote
from include.numerics.least_squares import apply_operators, patterns, solution_operators
from include.numerics.rolling import forward_fill
from include.stages.options import MAX_STALE_BARS
from include.stages.panel import BasketBase, Panel

BASKET_GAIN = len(CURRENCIES) / (len(CURRENCIES) - 1)
"""8/7: a currency's value moves by 1/8 of each of its 7 pairs, its index by their mean."""

_BASE, _QUOTE = np.array([base_and_quote(pair) for pair in PAIRS]).T


def filled_log_prices(panel: Panel, max_stale_bars: int = MAX_STALE_BARS) -> np.ndarray:
    """Return p_k(t): the last log price at most `max_stale_bars` grid bars old, else NaN; shape [28, T]."""
    return forward_fill(np.log(panel.close), max_stale_bars)


def currency_values(p: np.ndarray) -> np.ndarray:
    """Solve for v_c(t), the least-squares log value of each currency; the values of a bar sum to 0.

    Args:
        p: filled log prices, shape [28, T].

    Returns:
        Shape [8, T], in log units; NaN where the pairs do not connect all currencies.
    """
    # as one number: comparing rows of 28 booleans costs two hundred times as much
    _, first, which = np.unique(patterns(p), return_index=True, return_inverse=True)
    operators = solution_operators(~np.isnan(p[:, first].T), _BASE, _QUOTE, len(CURRENCIES))
    return apply_operators(operators, which, p)


def log_indices(p: np.ndarray, base: BasketBase) -> np.ndarray:
    """Return ln(I_c(t) / 100) = (8/7) (v_c(t) - v_c(t0)), shape [8, T]."""
    return BASKET_GAIN * (currency_values(p) - base.values[:, None])


def basket_base(
    panel: Panel, base_time: np.datetime64 | None = None, max_stale_bars: int = MAX_STALE_BARS
) -> BasketBase:
    """Find the first bar at or after `base_time` (default: of all) at which all 28 prices are present.

    Raises:
        ValueError: there is no such bar; the message names the pairs that are missing most.
    """
    p = filled_log_prices(panel, max_stale_bars)
    wanted = (
        panel.ts >= (panel.ts[0] if base_time is None else base_time) if len(panel) else np.zeros(0, bool)
    )
    complete = np.flatnonzero(wanted & ~np.isnan(p).any(axis=0))
    if not len(complete):
        missing = np.isnan(p[:, wanted]).sum(axis=1)
        worst = ", ".join(PAIRS[k] for k in np.argsort(-missing, kind="stable")[:3])
        raise ValueError(
            f"no base bar: none of {wanted.sum()} bars at or after {base_time or 'the first bar'} has all 28 "
            f"pairs (most often missing: {worst}). Load the missing pairs or choose an earlier base time."
        )
    t0 = int(complete[0])
    return BasketBase(panel.ts[t0], currency_values(p[:, t0 : t0 + 1])[:, 0])
