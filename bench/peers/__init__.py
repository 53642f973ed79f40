"""The product's month in other libraries, each as somebody who likes that library would write it."""

from datetime import datetime
from importlib import import_module
from typing import Any, Final, Protocol, cast

import numpy as np

from include.store.prices.tables import PriceTables

PRODUCT: Final = "product"
PEERS: Final = ("pandas", "pandas_exact", "polars", "duckdb")
CONTENDERS: Final = (PRODUCT, *PEERS)


class Peer(Protocol):
    """One library. A frame is what the library itself works with; nobody else looks into it."""

    def read(self, url: str, tables: PriceTables, start: datetime, end: datetime) -> Any:
        """Read the bars start <= ts < end and the look-back before them: `ts_utc`, 28 columns of prices."""
        ...

    def compute(self, prices: Any, base: np.ndarray, start: datetime) -> Any:
        """Compute the rows from `start` on: `ts_utc` and the contract's 384 columns, as they are stored.

        Args:
            prices: a frame from `read` or `prices_of`.
            base: currency values at the base bar, v_c(t0), shape [8].
            start: first bar wanted; those before it are look-back.
        """
        ...

    def write(self, url: str, schema: str, features: Any) -> None:
        """Replace the three tables of the schema by these rows: keyed, committed, durable."""
        ...

    def prices_of(self, ts: np.ndarray, close: np.ndarray) -> Any:
        """Make a frame like that of `read`: of times [T], `datetime64[us]`, prices [28, T], NaN = no bar."""
        ...

    def values_of(self, features: Any) -> np.ndarray:
        """Return the 384 columns as float64, shape [384, T]; NULL is NaN, false and true are 0 and 1."""
        ...


def peer(name: str) -> Peer:
    """Return the peer of this name, one of `CONTENDERS`.

    Raises:
        ImportError: its library is not installed (requirements-bench.txt).
    """
    return cast("Peer", import_module(f"bench.peers.{name}_peer"))
