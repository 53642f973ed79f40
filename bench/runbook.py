"""The runbook's way, on a small slice: each price row scans for its window, and is updated by itself.

Generous to it: prices are in memory already, the numbers come from the product's own kernels, the rows to be
updated have a key, and no row waits for another worker.
"""

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
import psycopg
from psycopg import Connection, sql

from bench.server import TABLES
from include.market import PAIRS
from include.months import Month, parse_month, start_of
from include.sources.synthetic import month_of_prices
from include.stages import STAGES, stage_named
from include.stages.options import Options
from include.stages.panel import BasketBase, Panel
from include.store.connection import connect
from include.store.features.base import ensure_base
from include.store.schema import SCHEMA, feature_columns

STAGE = stage_named("triangular_arbitrage")
"""The stage that is updated: 4 columns for each pair."""
ROWS, UPDATES = 20, 200
WINDOW = 1 + stage_named("currency_indices").look_back(Options())


def row_seconds(url: str, months: list[str]) -> dict[str, float]:
    """Measure the seconds for a row of a pair: `scan` for 28 windows, `compute` of the features, `write`."""
    frames = list(_frames([parse_month(month) for month in months]))
    with connect(url) as conn:
        base = ensure_base(conn, TABLES, None, Options().max_stale_bars)
        times = frames[0].ts_utc.iloc[np.linspace(WINDOW, len(frames[0]) - 1, ROWS, dtype=int)]
        lookups, computes = zip(*(_row(frames, at, base) for at in times), strict=True)
        return {
            "scan": float(np.median(lookups)),
            "compute": float(np.median(computes)),
            "write": _update_seconds(conn, url, parse_month(months[-1])),
        }


def _frames(months: list[Month]) -> Iterator[pd.DataFrame]:
    """Yield each pair's bars, as a script holds what it has selected from the pair's table."""
    panels = [month_of_prices(month) for month in months]
    ts = np.concatenate([panel.ts for panel in panels])
    close = np.concatenate([panel.close for panel in panels], axis=1)
    for values in close:
        yield pd.DataFrame({"ts_utc": ts, "close": values}).dropna(ignore_index=True)


def _row(frames: list[pd.DataFrame], at: pd.Timestamp, base: BasketBase) -> tuple[float, float]:
    started = time.perf_counter()
    windows = [frame[frame.ts_utc <= at].tail(WINDOW) for frame in frames]
    looked_up = time.perf_counter()
    joined = pd.concat([window.set_index("ts_utc").close for window in windows], axis=1).sort_index()
    panel = Panel(joined.index.to_numpy("datetime64[us]"), np.ascontiguousarray(joined.to_numpy().T))
    for stage in STAGES:
        stage.compute(panel, base, Options())
    return looked_up - started, time.perf_counter() - looked_up


def _update_seconds(conn: Connection, url: str, month: Month) -> float:
    """Measure a row's UPDATE of its pair's columns, committed, in a table of one month."""
    table = sql.Identifier(SCHEMA, "as_in_the_runbook")
    names = [feature.name for feature in STAGE.features if PAIRS[0] in feature.name]
    source = sql.Identifier(SCHEMA, STAGE.name)
    conn.execute(sql.SQL("create table {} ({})").format(table, feature_columns(STAGE.name)))
    try:
        conn.execute(
            sql.SQL("insert into {} select * from {} where ts_utc >= %s and ts_utc < %s").format(
                table, source
            ),
            [start_of(month), start_of(month + 1)],
        )
        conn.execute(sql.SQL("alter table {} add primary key (ts_utc)").format(table))
        rows = conn.execute(
            sql.SQL("select ts_utc, {} from {} order by ts_utc limit {}").format(
                sql.SQL(", ").join(map(sql.Identifier, names)), table, UPDATES
            )
        ).fetchall()
        values = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
        update = sql.SQL("update {} set {} where ts_utc = %s").format(table, values)
        with psycopg.connect(url, autocommit=True) as script:  # as a script connects, which is quicker a row
            started = time.perf_counter()
            for ts, *row in rows:
                script.execute(update, [*row, ts])
            return (time.perf_counter() - started) / len(rows)
    finally:
        conn.execute(sql.SQL("drop table {}").format(table))
