"""Loads bars into the price tables: all of them or none."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import pandas as pd
from psycopg import Connection, sql

from include.market import PAIRS
from include.store.prices.tables import PriceTables

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the load did to one pair's table: rows that were new, were changed, were there already."""

    pair: str
    new: int
    changed: int
    unchanged: int


def load_bars(conn: Connection, tables: PriceTables, bars: pd.DataFrame) -> list[Loaded]:
    """Insert or correct the bars in one transaction; missing tables are created.

    Args:
        conn: The feature database.
        tables: Where the prices go.
        bars: As a source gives them: columns `sources.files.BARS`.
    """
    with conn.transaction():
        conn.execute(
            "create temp table incoming (ts timestamptz, open double precision, high double precision,"
            " low double precision, close double precision, volume double precision) on commit drop"
        )
        by_pair = dict(iter(bars.groupby("pair", sort=False)))
        loaded = [_load_pair(conn, tables, pair, by_pair[pair]) for pair in PAIRS if pair in by_pair]
    log.info("loaded %d bars from %s to %s", len(bars), bars["ts_utc"].min(), bars["ts_utc"].max())
    return loaded


def total(parts: Iterable[list[Loaded]]) -> list[Loaded]:
    """What several loads, made while this asks for them, did to each pair's table together."""
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
    values = bars[["ts_utc", "open", "high", "low", "close", "volume"]].astype(object)
    conn.execute("truncate pg_temp.incoming")
    with conn.cursor().copy("copy pg_temp.incoming from stdin") as copy:
        for row in values.where(values.notna(), None).itertuples(index=False):
            copy.write_row(row)
    names = {
        "schema": sql.Identifier(tables.name(pair).split(".")[0]),
        "table": tables.table(pair),
        "time": sql.Identifier(tables.time_column),
        "close": sql.Identifier(tables.close_column),
    }
    exist = "select to_regnamespace(%s) is not null, to_regclass(%s) is not null"
    wanted = [names[it].as_string(conn) for it in ("schema", "table")]
    has_schema, has_table = conn.execute(exist, wanted).fetchone() or (False, False)
    # not "if not exists", which takes the right to create them even where they do
    if not has_schema:
        conn.execute(sql.SQL("create schema {schema}").format(**names))
    if not has_table:
        conn.execute(sql.SQL(_CREATE).format(**names))
    new, changed = conn.execute(sql.SQL(_MERGE).format(**names)).fetchone() or (0, 0)
    return Loaded(pair, new, changed, len(bars) - new - changed)


_CREATE = """
create table {table} (
    {time} timestamptz primary key, open double precision, high double precision, low double precision,
    {close} double precision not null, volume double precision
)"""

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
