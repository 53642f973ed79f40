"""Reads the 28 price tables onto one grid.

Bounds are compared with the column as it is, whatever its type of time: so its index is used.
"""

from datetime import datetime
from functools import reduce

import numpy as np
from psycopg import Connection, errors, sql

from include.market import PAIRS
from include.months import Month, month_of
from include.numerics.grid import place, union
from include.stages.panel import Panel
from include.store.prices.tables import PriceTables

_BAR = np.dtype([("micros", ">i8"), ("close", ">f8")])  # as `timestamptz_send` and `float8send` send them


def read_panel(
    conn: Connection, tables: PriceTables, start: datetime, end: datetime, look_back: int
) -> tuple[Panel, int]:
    """Read the grid bars start <= ts < end and up to `look_back` bars before, over gaps of any length.

    Returns:
        The panel, and the position in it of the first bar at or after `start`.

    Raises:
        ValueError: a price is not positive and finite, or a pair has two bars at one time.
    """
    first = look_back_start(conn, tables, start, look_back)
    # one aggregate: with two the query costs PostgreSQL a quarter more
    query = tables.for_each(
        "select {k}, string_agg(timestamptz_send(t) || float8send(c), null) from"
        " (select {time}::timestamptz as t, {close}::double precision as c from {table}"
        " where {time} >= %(first)s and {time} < %(end)s and {close} is not null order by {time}) bars"
    )
    bars = {}
    for k, sent in conn.execute(query, {"first": first, "end": end}, binary=True):
        if sent is not None:
            bar = np.frombuffer(sent, _BAR)
            bars[k] = bar["micros"].astype(np.int64), bar["close"].astype(float)
            _refuse_impossible(tables.name(PAIRS[k]), *bars[k])
    grid = reduce(union, (micros for micros, _ in bars.values()), np.empty(0, np.int64))
    close = np.full((len(PAIRS), len(grid)), np.nan)
    for k, (micros, prices) in bars.items():
        place(close[k], grid, micros, prices)
    panel = Panel(_as_times(grid), close)
    return panel, int(np.searchsorted(panel.ts, np.datetime64(start.replace(tzinfo=None), "us")))


def _as_times(micros: np.ndarray) -> np.ndarray:
    """Read times as `timestamptz_send` sends them: they count from 2000."""
    return np.datetime64("2000-01-01", "us") + micros.astype("timedelta64[us]")


def _refuse_impossible(table: str, micros: np.ndarray, close: np.ndarray) -> None:
    """Refuse what preflight would refuse: prices may be written while a run waits for its approval."""
    twice = np.flatnonzero(np.diff(micros) == 0)
    if len(twice):
        raise ValueError(
            f"{table} has two bars at {_as_times(micros[twice[0]])} UTC ({len(twice)} such bars): "
            "remove the duplicates and add a primary key"
        )
    bad = np.flatnonzero(~(np.isfinite(close) & (close > 0)))
    if len(bad):
        raise ValueError(
            f"{table} at {_as_times(micros[bad[0]])} UTC: the close price is {close[bad[0]]} "
            f"({len(bad)} such bars): a price is positive and finite, correct or delete the bar"
        )


def look_back_start(conn: Connection, tables: PriceTables, start: datetime, look_back: int) -> datetime:
    """Find the time of the grid bar `look_back` bars before `start`, from the ends of 28 indexes."""
    if look_back == 0:
        return start
    branches = tables.for_each(
        "(select {time}::timestamptz as t from {table} where {time} < %(start)s and {close} is not null"
        " order by {time} desc limit %(bars)s)",
        joined_by=" union ",
    )
    query = sql.SQL("select min(t) from (select t from ({}) u order by t desc limit %(bars)s) l").format(
        branches
    )
    (found,) = conn.execute(query, {"start": start, "bars": look_back}).fetchone() or (None,)
    return found or start


def price_extent(conn: Connection, tables: PriceTables) -> tuple[datetime, datetime] | None:
    """Find the times of the first and the last bar of any pair; None where there is none."""
    branches = tables.for_each(
        "select (select min({time})::timestamptz from {table}"
        " where {close} is not null and {time} > '-infinity') as first,"
        " (select max({time})::timestamptz from {table}"
        " where {close} is not null and {time} < 'infinity') as last"
    )
    row = conn.execute(sql.SQL("select min(first), max(last) from ({}) u").format(branches)).fetchone()
    return None if row is None or row[0] is None else row


def whole_history(conn: Connection, tables: PriceTables) -> tuple[Month, Month] | None:
    """Find the first and last month with a bar; None where there is none, or one of the tables is missing."""
    try:
        extent = price_extent(conn, tables)
    except errors.UndefinedTable:
        return None
    return None if extent is None else (month_of(extent[0]), month_of(extent[1]))
