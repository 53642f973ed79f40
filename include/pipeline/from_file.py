"""All 384 columns from a table of close prices, without a database."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from include.market import PAIRS
from include.months import MonthRange
from include.stages import STAGES
from include.stages.basket import basket_base
from include.stages.catalogue import FEATURES
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel


def features(
    prices: pd.DataFrame, base_time: datetime | None = None, options: Options | None = None
) -> pd.DataFrame:
    """Compute all 384 columns from a table of close prices, month by month as in the database.

    Args:
        prices: index `ts_utc` (UTC, increasing), one column a pair, NaN = no bar.
        base_time: the base bar is the first complete one at or after this time; default: the first of all.
        options: costs, staleness and threshold; default: the contract's.

    Returns:
        A row for each bar of the grid; booleans and directions as nullable types.

    Raises:
        ValueError: no bar has all 28 prices, or a value is not finite.
    """
    options = options or Options()
    grid = prices.dropna(how="all")
    ts = grid.index.tz_convert(None).to_numpy().astype("datetime64[us]")  # type: ignore[attr-defined]
    panel = Panel(ts, np.ascontiguousarray(grid[list(PAIRS)].to_numpy(float).T))
    since = None if base_time is None else np.datetime64(base_time.astimezone(UTC).replace(tzinfo=None), "us")
    base = basket_base(panel, since, options.max_stale_bars)
    values = np.concatenate(list(_months_of(panel, base, options)), axis=1)
    columns = {
        f.name: pd.Series(v).astype(_PANDAS_TYPES[f.type]) for f, v in zip(FEATURES, values, strict=True)
    }
    return pd.DataFrame(columns).set_index(grid.index)


_PANDAS_TYPES = {"double precision": "float64", "boolean": "boolean", "smallint": "Int8"}


def _months_of(panel: Panel, base: BasketBase, options: Options) -> Iterator[np.ndarray]:
    """Compute all 384 columns of each month that has bars, shape [384, bars of the month]."""
    months = panel.ts.astype("datetime64[M]")
    for month in MonthRange(months[0], months[-1]):
        first, end = np.searchsorted(months, [month, month + 1])
        stages = []
        for stage in STAGES:
            start = max(0, first - stage.look_back(options))
            stages.append(stage.compute(panel.slice(start, end), base, options)[:, first - start :])
        yield np.concatenate(stages)
