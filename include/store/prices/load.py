"""Loads bars into the price tables: all of them or none."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from psycopg import Connection, sql

from include.market import PAIRS
from include.store.copy_binary import copy_rows
from include.store.prices.tables import PriceTables, create_missing

log = logging.getLogger(__name__)

_VALUES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the load did to one pair's table.

    Attributes:
        pair: the pair.
        new: rows that were not there.
        changed: rows that were there with other values.
        unchanged: rows that were there with these values.
    """

    pair: str
    new: int
    changed: int
    unchanged: int


def load_bars(conn: Connection, tables: PriceTables, bars: pd.DataFrame) -> list[Loaded]:
    """Insert or correct the bars in one transaction; missing tables are created.

    Args:
        conn: the feature database.
        tables: where the prices go.
        bars: as a source gives them: columns `sources.files.BARS`; a value that is NaN becomes NULL.

    Raises:
        ValueError: a bar has no time.
    """
    with conn.transaction():
        columns = sql.SQL(", ").join(
            sql.SQL("{} double precision").format(sql.Identifier(name)) for name in _VALUES
        )
        create = sql.SQL("create temp table incoming (ts timestamptz, {}) on commit drop")
        conn.execute(create.format(columns))
        by_pair = dict(iter(bars.groupby("pair", sort=False)))
        loaded = [_load_pair(conn, tables, pair, by_pair[pair]) for pair in PAIRS if pair in by_pair]
    log.info("loaded %d bars from %s to %s", len(bars), bars["ts_utc"].min(), bars["ts_utc"].max())
    return loaded


def total(parts: Iterable[list[Loaded]]) -> list[Loaded]:
    """Sum up what several loads, made while this asks for them, did to each pair's table."""
    sums = {pair: Loaded(pair, 0, 0, 0) for pair in PAIRS}
    for loaded in chain.from_iterable(parts):
        so_far = sums[loaded.pair]
        sums[loaded.pair] = Loaded(
            loaded.pair,
            so_far.new + loaded.new,
            so_far.changed + loaded.changed,
            so_far.unchanged + loaded.unchanged,
        )
    return [done for done in sums.values() if done.new or done.changed or done.unchanged]


def _load_pair(conn: Connection, tables: PriceTables, pair: str, bars: pd.DataFrame) -> Loaded:
    ts: np.ndarray = (
        bars["ts_utc"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    )
    if np.isnat(ts).any():
        raise ValueError(f"a bar of {pair} has no time, so nothing was loaded: give every bar its ts_utc")
    values = bars[list(_VALUES)].to_numpy(float).T
    conn.execute("truncate pg_temp.incoming")
    copy = sql.SQL("copy pg_temp.incoming (ts, {}) from stdin (format binary)")
    columns = sql.SQL(", ").join(map(sql.Identifier, _VALUES))
    copy_rows(conn, copy.format(columns), ts, values, ["double precision"] * len(_VALUES))
    create_missing(conn, tables, pair)
    merge = sql.SQL(_MERGE).format(
        table=tables.table(pair),
        time=sql.Identifier(tables.time_column),
        close=sql.Identifier(tables.close_column),
    )
    new, changed = conn.execute(merge).fetchone() or (0, 0)
    return Loaded(pair, new, changed, len(bars) - new - changed)


# xmax is 0 in a row that the statement inserted and set in one that it updated
_MERGE = """
with written as (
    insert into {table} as p ({time}, open, high, low, {close}, volume)
    select ts, open, high, low, close, volume from pg_temp.incoming order by ts
    on conflict ({time}) do update
    set open = excluded.open, high = excluded.high, low = excluded.low,
        {close} = excluded.{close}, volume = excluded.volume
    where (p.open, p.high, p.low, p.{close}, p.volume)
        is distinct from (excluded.open, excluded.high, excluded.low, excluded.{close}, excluded.volume)
    returning xmax = 0 as is_new
)
select count(*) filter (where is_new), count(*) filter (where not is_new) from written"""
