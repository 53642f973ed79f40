"""polars: one lazy query of expressions, spread over all cores by its engine."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import reduce
from operator import add

import numpy as np
import polars as pl  # pyright: ignore[reportMissingImports]

from bench.peers.shared import COSTS, INCIDENCE, TRIANGLES, fetch_bars, incomplete_values, ingest, round_trips
from include.market import BLOCS, CURRENCIES, GROUPS, PAIRS, Leg, border_pairs
from include.stages import currency_blocs, currency_indices
from include.stages.basket import BASKET_GAIN, MAX_STALE_BARS
from include.stages.catalogue import FEATURES
from include.store.prices import PriceTables

P, STEP, MOVE = "p_{}", "step_{}", "move_{}"
VALUE, LOG_INDEX, INDEX = "v_{}", "log_index_{}", "index_{}"
GAIN, SIZE, NET = "gain_{}", "size_{}", "net_{}"


def read(url: str, tables: PriceTables, start: datetime, end: datetime) -> pl.DataFrame:
    """Arrays by ADBC, pivoted here; `read_database_uri` of a row a bar takes twice as long."""
    bars = pl.DataFrame(fetch_bars(url, tables, start, end))
    long = bars.explode("ts_utc", "close").with_columns(pl.col("k").replace_strict(range(28), PAIRS))
    return (
        long.pivot(on="k", on_columns=list(PAIRS), index="ts_utc", values="close")
        .drop_nulls("ts_utc")
        .sort("ts_utc")
    )


def prices_of(ts: np.ndarray, close: np.ndarray) -> pl.DataFrame:
    """See `Peer`."""
    columns = dict(zip(PAIRS, close, strict=True))
    frame = pl.DataFrame({"ts_utc": ts} | columns, nan_to_null=True)
    return frame.with_columns(pl.col("ts_utc").dt.replace_time_zone("UTC"))


def compute(prices: pl.DataFrame, base: np.ndarray, start: datetime) -> pl.DataFrame:
    """See `Peer`."""
    filled = prices.with_columns(
        pl.col(pair).log().forward_fill(MAX_STALE_BARS).alias(P.format(pair)) for pair in PAIRS
    )
    features = (
        _with_currency_values(filled)
        .lazy()
        .with_columns(
            *(_log_index(c, v0).alias(LOG_INDEX.format(c)) for c, v0 in zip(CURRENCIES, base, strict=True)),
            *(_gain(legs).alias(GAIN.format(i)) for i, legs in enumerate(TRIANGLES)),
            *(_change(P.format(pair), 1).alias(STEP.format(pair)) for pair in PAIRS),
            *(_change(P.format(pair), currency_blocs.MOVE).alias(MOVE.format(pair)) for pair in PAIRS),
        )
        .with_columns(
            *((100 * pl.col(LOG_INDEX.format(c)).exp()).alias(INDEX.format(c)) for c in CURRENCIES),
            *(pl.col(GAIN.format(i)).abs().alias(SIZE.format(i)) for i in range(len(TRIANGLES))),
            *((pl.col(GAIN.format(i)).abs() - cost).alias(NET.format(i)) for i, cost in enumerate(COSTS)),
            *_deviations_of_steps(),
        )
        .select("ts_utc", *_currency_indices(), *_triangular_arbitrage(), *_currency_blocs())
        .select("ts_utc", *(f.name for f in FEATURES))
        .collect()
    )
    return features.slice(int(features["ts_utc"].search_sorted(start)))


def write(url: str, schema: str, features: pl.DataFrame) -> None:
    """See `Peer`; `write_database` with ADBC does the same, on one connection."""
    ingest(url, schema, lambda names: features.select(names).to_arrow())


def values_of(features: pl.DataFrame) -> np.ndarray:
    """See `Peer`."""
    return features.drop("ts_utc").cast(pl.Float64).to_numpy().T


def _with_currency_values(filled: pl.DataFrame) -> pl.DataFrame:
    """With v_c(t), by the mean where all pairs are present."""
    names = [P.format(pair) for pair in PAIRS]
    means = [
        (_sum(sign * pl.col(names[int(k)]) for k, sign in _pairs_of(c)) / len(CURRENCIES)) for c in range(8)
    ]
    v = filled.with_columns(mean.alias(VALUE.format(c)) for c, mean in zip(CURRENCIES, means, strict=True))
    row = pl.int_range(pl.len(), dtype=pl.UInt32)
    rest = filled.select(*names, row=row).filter(pl.any_horizontal(pl.col(names).is_null()))
    if rest.is_empty():
        return v
    values = incomplete_values(rest.select(names).to_numpy())
    return v.with_columns(
        v[VALUE.format(c)].scatter(rest["row"], pl.Series(values[:, i], nan_to_null=True))
        for i, c in enumerate(CURRENCIES)
    )


def _pairs_of(currency: int) -> Iterator[tuple[int, float]]:
    """The 7 pairs of a currency, with the sign with which they measure it."""
    yield from ((int(k), float(INCIDENCE[k, currency])) for k in np.flatnonzero(INCIDENCE[:, currency]))


def _sum(terms: Iterable[pl.Expr]) -> pl.Expr:
    """The sum in this order, null where a term is null (`sum_horizontal` would skip it)."""
    return reduce(add, terms)


def _mean(terms: list[pl.Expr]) -> pl.Expr:
    return _sum(terms) / len(terms)


def _change(column: str, lag: int) -> pl.Expr:
    return pl.col(column) - pl.col(column).shift(lag)


def _log_index(currency: str, base: float) -> pl.Expr:
    return BASKET_GAIN * (pl.col(VALUE.format(currency)) - base)


def _gain(legs: Iterable[Leg]) -> pl.Expr:
    """The log gain of a round trip, from raw prices."""
    return _sum(sign * pl.col(PAIRS[k]).log() for k, sign in legs)


def _currency_indices() -> Iterator[pl.Expr]:
    for c in CURRENCIES:
        name, index = f"{c.lower()}_basket_", INDEX.format(c)
        level, log_index = pl.col(index), pl.col(LOG_INDEX.format(c))
        yield level.alias(f"{name}index")
        for w in currency_indices.WINDOWS:
            half = w // 2
            yield _change(index, w).alias(f"{name}momentum_{w}")
            acceleration = (level - level.shift(half)) - (level.shift(half) - level.shift(w))
            yield acceleration.alias(f"{name}momentum_accel_{w}")
            yield (100 * (level / level.shift(w) - 1)).alias(f"{name}momentum_roc_{w}")
            yield (10_000 * log_index.diff().rolling_std(w)).alias(f"{name}volatility_{w}")
        for group, members in GROUPS.items():
            others = _mean([pl.col(INDEX.format(g)) for g in members if g != c])
            yield (level - others).alias(f"{name}strength_vs_{group}")


def _triangular_arbitrage() -> Iterator[pl.Expr]:
    for pair in PAIRS:
        trips = round_trips(pair)
        net = pl.max_horizontal(NET.format(i) for i, _ in trips)  # of those that are not null
        profit = 100 * (net.exp() - 1)
        first = pl.coalesce(
            pl.when(pl.col(NET.format(i)) == net).then(sign * pl.col(GAIN.format(i)).sign())
            for i, sign in trips
        )
        direction = pl.when(profit > 0).then(first).when(profit.is_not_null()).then(0)
        widest = pl.max_horizontal(SIZE.format(i) for i, _ in trips)
        yield profit.alias(f"{pair}_arbitrage_profit_pct")
        yield (profit > 0).alias(f"{pair}_arbitrage_opportunity")
        yield direction.cast(pl.Int16).alias(f"{pair}_arbitrage_direction")
        yield (100 * (widest.exp() - 1)).alias(f"{pair}_arbitrage_max_profit")


def _deviations_of_steps() -> Iterator[pl.Expr]:
    """Standard deviations of the pairs' steps, which several blocs share."""
    for w in currency_blocs.COHERENCE_WINDOWS:
        for pair in PAIRS:
            yield pl.col(STEP.format(pair)).rolling_std(w).alias(f"sd_{pair}_{w}")


def _currency_blocs() -> Iterator[pl.Expr]:
    for bloc, members in BLOCS.items():
        level = _mean([pl.col(LOG_INDEX.format(c)) for c in members])
        outside = _mean([pl.col(INDEX.format(c)) for c in CURRENCIES if c not in members])
        border = border_pairs(bloc)
        moves = [sign * pl.col(MOVE.format(PAIRS[k])) for k, sign in border]
        mean_move = _mean(moves)
        columns = {
            "index": 100 * level.exp(),
            "dispersion_60": 10_000 * _mean([(move - mean_move) ** 2 for move in moves]).sqrt(),
            "breadth_60": _mean([move.sign() for move in moves]),
            "strength": 100 * level.exp() - outside,
        }
        for w in currency_blocs.WINDOWS:
            columns[f"momentum_{w}"] = 100 * (level - level.shift(w))
            columns[f"volatility_{w}"] = 10_000 * level.diff().rolling_std(w)
        for w in currency_blocs.COHERENCE_WINDOWS:
            columns[f"coherence_{w}"] = _coherence(border, w)
        yield from (column.alias(f"{bloc}_bloc_{name}") for name, column in columns.items())


def _coherence(border: list[Leg], w: int) -> pl.Expr:
    sd_of_sum = _sum(sign * pl.col(STEP.format(PAIRS[k])) for k, sign in border).rolling_std(w)
    sd = [pl.col(f"sd_{PAIRS[k]}_{w}") for k, _ in border]
    variances = _sum(each * each for each in sd)
    total = _sum(sd)
    denominator = total * total - variances
    return pl.when(denominator > 0).then((sd_of_sum * sd_of_sum - variances) / denominator)
