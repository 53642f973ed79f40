"""pandas: its rolling windows for the statistics, its frames for the rest.

`rolling().std()` adds and removes values, so that what a spike leaves behind stays; see `pandas_exact_peer`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from bench.peers.shared import (
    COSTS,
    INCIDENCE,
    TRIANGLES,
    copy_in,
    fetch_bars,
    incomplete_values,
    round_trips,
)
from include.market import BLOCS, CURRENCIES, GROUPS, PAIRS, border_pairs
from include.stages import currency_blocs, currency_indices
from include.stages.basket import BASKET_GAIN
from include.stages.catalogue import FEATURES
from include.stages.options import MAX_STALE_BARS
from include.store.prices.tables import PriceTables

elementwise = cast("Any", np)  # numpy's functions of a frame return a frame, which their types do not say
Columns = dict[str, pd.Series]
Deviation = Callable[[Any, int], Any]
"""Rolling sample deviation: from a frame or series and a window to its like."""


def read(url: str, tables: PriceTables, start: datetime, end: datetime) -> pd.DataFrame:
    """Read arrays by ADBC, an outer join of 28 series; `pivot` of a long table takes three times as long."""
    bars = fetch_bars(url, tables, start, end)
    by_pair = {
        PAIRS[k]: pd.Series(close.values.to_numpy(), pd.DatetimeIndex(ts.values.to_pandas()))  # noqa: PD011
        for k, ts, close in zip(bars["k"].to_pylist(), bars["ts_utc"], bars["close"], strict=True)
        if ts.is_valid
    }
    prices = pd.concat(by_pair, axis=1, sort=True).rename_axis(index="ts_utc")
    return prices.reindex(columns=list(PAIRS))


def prices_of(ts: np.ndarray, close: np.ndarray) -> pd.DataFrame:
    """See `Peer`."""
    index = pd.DatetimeIndex(ts, name="ts_utc").tz_localize("UTC")
    return pd.DataFrame(close.T, index, columns=list(PAIRS))


def compute(prices: pd.DataFrame, base: np.ndarray, start: datetime) -> pd.DataFrame:
    """See `Peer`."""
    return compute_with(prices, base, start, lambda x, w: x.rolling(w).std())


def compute_with(prices: pd.DataFrame, base: np.ndarray, start: datetime, sd: Deviation) -> pd.DataFrame:
    """Compute the same with this rolling deviation."""
    x = elementwise.log(prices)
    p = x.ffill(limit=MAX_STALE_BARS)
    log_index = BASKET_GAIN * (_currency_values(p) - base)
    columns = _currency_indices(log_index, sd) | _triangular_arbitrage(x) | _currency_blocs(p, log_index, sd)
    first = prices.index.searchsorted(cast("Any", start))
    return pd.DataFrame({f.name: columns[f.name].iloc[first:] for f in FEATURES})


def write(url: str, schema: str, features: pd.DataFrame) -> None:
    """See `Peer`; `to_sql` on an ADBC connection takes longer."""
    rows = features.reset_index()
    copy_in(url, schema, lambda names: pa.Table.from_pandas(rows[names], preserve_index=False))


def values_of(features: pd.DataFrame) -> np.ndarray:
    """See `Peer`."""
    return features.to_numpy(float, na_value=np.nan).T


def _currency_values(p: pd.DataFrame) -> pd.DataFrame:
    """Compute v_c(t), by the mean where all pairs are present."""
    v = p.to_numpy() @ (INCIDENCE / len(CURRENCIES))
    incomplete = p.isna().any(axis=1).to_numpy()
    v[incomplete] = incomplete_values(p.to_numpy()[incomplete])
    return pd.DataFrame(v, p.index, columns=list(CURRENCIES))


def _currency_indices(log_index: pd.DataFrame, sd: Deviation) -> Columns:
    index = 100 * elementwise.exp(log_index)
    returns = log_index.diff()
    columns = _named(index, "index")
    for w in currency_indices.WINDOWS:
        columns |= _named(index.diff(w), f"momentum_{w}")
        columns |= _named(index.diff(w // 2).diff(w // 2), f"momentum_accel_{w}")
        columns |= _named(100 * (index / index.shift(w) - 1), f"momentum_roc_{w}")
        columns |= _named(10_000 * sd(returns, w), f"volatility_{w}")
    for group, members in GROUPS.items():
        for c in CURRENCIES:
            others = index[[g for g in members if g != c]]
            columns[f"{c.lower()}_basket_strength_vs_{group}"] = index[c] - others.mean(axis=1, skipna=False)
    return columns


def _named(frame: Any, quantity: str) -> Columns:
    return {f"{c.lower()}_basket_{quantity}": frame[c] for c in CURRENCIES}


def _triangular_arbitrage(x: pd.DataFrame) -> Columns:
    """Compare with numpy: pandas has no argmax that skips NaN at once over columns of six."""
    legs = x.to_numpy().T
    gains = [sum(sign * legs[k] for k, sign in triangle) for triangle in TRIANGLES]
    sizes = np.abs(gains)
    nets = sizes - np.array(COSTS)[:, None]
    columns: Columns = {}
    for pair in PAIRS:
        net, widest = np.full((2, len(x)), -np.inf)
        direction = np.zeros(len(x))
        for i, sign in round_trips(pair):
            better = nets[i] > net  # false at NaN
            net = np.where(better, nets[i], net)
            direction = np.where(better, sign * np.sign(gains[i]), direction)
            widest = np.fmax(widest, sizes[i])
        columns |= _arbitrage(pair, x.index, net, direction, widest)
    return columns


def _arbitrage(
    pair: str, index: pd.Index, net: np.ndarray, direction: np.ndarray, widest: np.ndarray
) -> Columns:
    """Return the four columns of a pair, NULL where no round trip has improved on -inf."""
    null = np.isneginf(widest)
    profit = 100 * np.expm1(net)
    signs = np.where(profit > 0, direction, 0).astype("int16")
    columns = {
        "profit_pct": np.where(null, np.nan, profit),
        "opportunity": pd.arrays.BooleanArray(profit > 0, null),
        "direction": pd.arrays.IntegerArray(signs, null),
        "max_profit": np.where(null, np.nan, 100 * np.expm1(widest)),
    }
    return {f"{pair}_arbitrage_{name}": pd.Series(column, index) for name, column in columns.items()}


def _currency_blocs(p: pd.DataFrame, log_index: pd.DataFrame, sd: Deviation) -> Columns:
    steps, moves = p.diff(), p.diff(currency_blocs.MOVE)
    pair_sd = {w: sd(steps, w) for w in currency_blocs.COHERENCE_WINDOWS}
    index = 100 * elementwise.exp(log_index)
    columns: Columns = {}
    for bloc, members in BLOCS.items():
        level = log_index[list(members)].mean(axis=1, skipna=False)
        border = border_pairs(bloc)
        names = [PAIRS[k] for k, _ in border]
        signs = [sign for _, sign in border]
        oriented = moves[names] * signs
        outside = index[[c for c in CURRENCIES if c not in members]]
        of_bloc = {"index": 100 * elementwise.exp(level)}
        for w in currency_blocs.WINDOWS:
            of_bloc[f"momentum_{w}"] = 100 * level.diff(w)
            of_bloc[f"volatility_{w}"] = 10_000 * sd(level.diff(), w)
        step_of_bloc = (steps[names] * signs).sum(axis=1, skipna=False)
        for w, of_pairs in pair_sd.items():
            of_bloc[f"coherence_{w}"] = _coherence(sd(step_of_bloc, w), of_pairs[names])
        of_bloc["dispersion_60"] = 10_000 * oriented.std(axis=1, ddof=0, skipna=False)
        of_bloc["breadth_60"] = elementwise.sign(oriented).mean(axis=1, skipna=False)
        of_bloc["strength"] = of_bloc["index"] - outside.mean(axis=1, skipna=False)
        columns |= {f"{bloc}_bloc_{name}": column for name, column in of_bloc.items()}
    return columns


def _coherence(sd_of_sum: pd.Series, sd: pd.DataFrame) -> pd.Series:
    variances = (sd**2).sum(axis=1, skipna=False)
    denominator = sd.sum(axis=1, skipna=False) ** 2 - variances
    return ((sd_of_sum**2 - variances) / denominator).where(denominator > 0)
