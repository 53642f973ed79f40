"""All 384 columns from a table of close prices, without a database."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from include.market import PAIRS
from include.months import month_range
from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES
from include.stages.panel import BasketBase, Panel
from include.stages.registry import Options, compute, look_back


def features(
    prices: pd.DataFrame, base_time: datetime | None = None, options: Options | None = None
) -> pd.DataFrame:
    """All 384 columns from a table of close prices, month by month as in the database.

    Args:
        prices: Index `ts_utc` (UTC, increasing), one column a pair, NaN = no bar.
        base_time: The base bar is the first complete one at or after it; default: from the first bar on.
        options: Costs, staleness and threshold; default: the contract's.

    Returns:
        A row for each bar of the grid; booleans and directions as nullable types.

    Raises:
        ValueError: No bar has all 28 prices, or a value is not finite.
    """
    options = options or Options()
    grid = prices.dropna(how="all")
    ts = grid.index.tz_convert(None).to_numpy().astype("datetime64[us]")  # type: ignore[attr-defined]
    panel = Panel(ts, np.ascontiguousarray(grid[list(PAIRS)].to_numpy(float).T))
    since = None if base_time is None else np.datetime64(base_time.astimezone(UTC).replace(tzinfo=None), "us")
    base = basket_base(panel, since, options.max_stale_bars)
    months = _months_of(panel, base, options)
    values = np.concatenate(list(months), axis=1)
    columns = {
        f.name: pd.Series(v).astype(_PANDAS_TYPES[f.type]) for f, v in zip(FEATURES, values, strict=True)
    }
    return pd.DataFrame(columns).set_index(grid.index)


_PANDAS_TYPES = {"double precision": "float64", "boolean": "boolean", "smallint": "Int8"}


def _months_of(panel: Panel, base: BasketBase, options: Options) -> Iterator[np.ndarray]:
    """All 384 columns of each month that has bars, shape [384, bars of the month]."""
    months = panel.ts.astype("datetime64[M]")
    for month in month_range(months[0], months[-1]):
        first, end = np.searchsorted(months, [month, month + 1])
        stages = []
        for stage in STAGES:
            start = max(0, first - look_back(stage, options))
            stages.append(compute(stage, panel.slice(start, end), base, options)[:, first - start :])
        yield np.concatenate(stages)
