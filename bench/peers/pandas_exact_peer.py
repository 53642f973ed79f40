"""pandas with deviations that a spike does not spoil: two passes over every window, compiled by numba."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from bench.peers.pandas_peer import compute_with, prices_of, read, values_of, write

__all__ = ["compute", "prices_of", "read", "values_of", "write"]


def compute(prices: pd.DataFrame, base: np.ndarray, start: datetime) -> pd.DataFrame:
    """See `Peer`."""
    return compute_with(prices, base, start, _two_passes)


def _two_passes(x: Any, w: int) -> Any:
    all_cores = {"parallel": True}  # as polars and DuckDB do without being asked
    return x.rolling(w).apply(_deviation, raw=True, engine="numba", engine_kwargs=all_cores)


def _deviation(window: np.ndarray) -> float:
    return np.sqrt(window.var() * window.size / (window.size - 1))
