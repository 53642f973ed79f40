"""All 384 features in the order of the contract (docs/reference/contract.md)."""

from collections.abc import Sequence

import numpy as np

from oracle.currency_blocs import currency_blocs
from oracle.currency_indices import currency_indices, index_levels
from oracle.market import COSTS_BPS, MAX_STALE_BARS, PAIRS, WINDOWS
from oracle.prices import base_values, currency_values, filled, log_prices
from oracle.series import Exact
from oracle.triangular_arbitrage import triangular_arbitrage


def reference_features(
    close: np.ndarray,
    base_bar: int | None = None,
    *,
    max_stale_bars: int = MAX_STALE_BARS,
    cost_bps: Sequence[float] | np.ndarray | None = None,
    threshold_pct: float = 0.0,
    bars: slice | None = None,
) -> dict[str, np.ndarray]:
    """Compute the 384 columns in contract order as float64: NaN is NULL, booleans are 0 and 1.

    Args:
        close: close prices, shape [28, T], NaN = no bar.
        base_bar: first grid position at which the base bar may be, default 0.
        max_stale_bars: greatest age of a filled price, in grid bars.
        cost_bps: cost of each pair per leg in basis points, shape [28]; default: the contract's.
        threshold_pct: profit above which there is an opportunity, percent.
        bars: the bars wanted, as a plain `start:stop`; default: all. Only they and their look-back are
            evaluated, so that the end of a very long history can be checked.

    Returns:
        Column name to values, shape [bars wanted].
    """
    costs = [COSTS_BPS[pair] for pair in PAIRS] if cost_bps is None else cost_bps
    start, stop, _ = (bars or slice(None)).indices(close.shape[1])
    first = max(0, start - max(WINDOWS) - max_stale_bars)

    base = base_values(close, base_bar or 0, max_stale_bars)
    x = log_prices(close[:, first:stop])
    p = filled(x, max_stale_bars)
    index = index_levels(currency_values(p), base)

    columns = {
        **dict(currency_indices(index)),
        **dict(triangular_arbitrage(x, np.asarray(costs, Exact) / 10_000, threshold_pct)),
        **dict(currency_blocs(index, p)),
    }
    return {name: values[start - first :].astype(np.float64) for name, values in columns.items()}
