"""polars: steps of expressions, each spread over all cores by its engine."""

from datetime import datetime

import numpy as np
import polars as pl  # pyright: ignore[reportMissingImports]

from bench.peers import polars_expressions as expressions
from bench.peers.shared import copy_in, fetch_bars, incomplete_values
from include.market import CURRENCIES, PAIRS
from include.stages.catalogue import FEATURES
from include.store.prices.tables import PriceTables


def read(url: str, tables: PriceTables, start: datetime, end: datetime) -> pl.DataFrame:
    """Read arrays by ADBC, pivoted here; `read_database_uri` of a row a bar takes twice as long."""
    bars = pl.DataFrame(fetch_bars(url, tables, start, end))
    long = bars.explode("ts_utc", "close").with_columns(pl.col("k").replace_strict(range(28), PAIRS))
    prices = long.pivot(on="k", on_columns=list(PAIRS), index="ts_utc", values="close")
    return prices.drop_nulls("ts_utc").sort("ts_utc")


def prices_of(ts: np.ndarray, close: np.ndarray) -> pl.DataFrame:
    """See `Peer`."""
    columns = dict(zip(PAIRS, close, strict=True))
    frame = pl.DataFrame({"ts_utc": ts} | columns, nan_to_null=True)
    return frame.with_columns(pl.col("ts_utc").dt.replace_time_zone("UTC"))


def compute(prices: pl.DataFrame, base: np.ndarray, start: datetime) -> pl.DataFrame:
    """See `Peer`."""
    frame = prices.with_columns(**dict(expressions.raw())).with_columns(**dict(expressions.filled()))
    frame = _with_values_where_incomplete(frame.with_columns(**dict(expressions.values())))
    frame = frame.with_columns(**dict(expressions.levels(base))).with_columns(**dict(expressions.derived()))
    columns = dict(expressions.features())
    features = frame.select("ts_utc", **{f.name: columns[f.name] for f in FEATURES})
    return features.slice(int(features["ts_utc"].search_sorted(start)))


def write(url: str, schema: str, features: pl.DataFrame) -> None:
    """See `Peer`; `write_database` with ADBC takes longer."""
    copy_in(url, schema, lambda names: features.select(names).to_arrow())


def values_of(features: pl.DataFrame) -> np.ndarray:
    """See `Peer`."""
    return features.drop("ts_utc").cast(pl.Float64).to_numpy().T


def _with_values_where_incomplete(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the currency values of the bars where pairs are missing."""
    names = [f"p_{pair}" for pair in PAIRS]
    row = pl.int_range(pl.len(), dtype=pl.UInt32)
    rest = frame.select(*names, row=row).filter(pl.any_horizontal(pl.col(names).is_null()))
    values = incomplete_values(rest.select(names).to_numpy())
    return frame.with_columns(
        frame[f"v_{c}"].scatter(rest["row"], pl.Series(values[:, i], nan_to_null=True))
        for i, c in enumerate(CURRENCIES)
    )
