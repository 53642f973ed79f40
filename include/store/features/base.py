"""The basket base: chosen once, then the scale of every month."""

from datetime import datetime, timedelta

import numpy as np
from psycopg import Connection

from include.stages.basket import basket_base
from include.stages.panel import BasketBase
from include.store.prices.reading import price_extent, read_panel
from include.store.prices.tables import PriceTables

_BASE_LOCK = 0x7132
_FIRST_SEARCH = timedelta(days=1)


def stored_base(conn: Connection) -> BasketBase | None:
    """Return the stored basket base, if a run has chosen it."""
    row = conn.execute(
        "select ts_utc, aud, cad, chf, eur, gbp, jpy, nzd, usd from tier1.basket_base"
    ).fetchone()
    if row is None:
        return None
    return BasketBase(np.datetime64(row[0].replace(tzinfo=None), "us"), np.array(row[1:]))


def ensure_base(
    conn: Connection, tables: PriceTables, base_time: datetime | None, max_stale_bars: int
) -> BasketBase:
    """Return the stored basket base; where there is none yet, first store the one that the contract asks for.

    Raises:
        ValueError: no bar at or after `base_time` has all 28 prices.
    """
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", [_BASE_LOCK])
        base = stored_base(conn)
        if base is None:
            base = find_base(conn, tables, base_time, max_stale_bars)
            store_base(conn, base)
    return base


def store_base(conn: Connection, base: BasketBase) -> None:
    """Store the basket base; there is only one."""
    conn.execute(
        "insert into tier1.basket_base (ts_utc, aud, cad, chf, eur, gbp, jpy, nzd, usd)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [f"{base.ts}+00", *base.values.tolist()],
    )


def find_base(
    conn: Connection, tables: PriceTables, base_time: datetime | None, max_stale_bars: int
) -> BasketBase:
    """Find the first complete bar at or after `base_time`, in growing steps: it is nearly always close.

    Raises:
        ValueError: there is none.
    """
    extent = price_extent(conn, tables)
    if extent is None:
        raise ValueError("no base bar: the price tables are empty. Load prices first.")
    first, last = extent
    start = max(first, base_time or first)
    step = _FIRST_SEARCH
    problem = ValueError(f"no base bar: the last bar is at {last}, before the base time {start}")
    while start <= last:
        panel, position = read_panel(conn, tables, start, start + step, max_stale_bars)
        if position < len(panel):
            try:
                return basket_base(panel, panel.ts[position], max_stale_bars)
            except ValueError as error:
                problem = error
        start += step
        step *= 2
    raise problem


def problems_with_base(
    conn: Connection, tables: PriceTables, base_time: datetime | None, max_stale_bars: int
) -> list[str]:
    """Tell whether no bar can be the base bar, or the stored one is not where the settings now want it."""
    exists = conn.execute("select to_regclass('tier1.basket_base')").fetchone() != (None,)
    stored = stored_base(conn) if exists else None
    if stored is not None and base_time is None:
        return []
    try:
        wanted = find_base(conn, tables, base_time, max_stale_bars)
    except ValueError as error:
        return [str(error)]
    if stored is not None and stored.ts != wanted.ts:
        return [
            f"the stored base bar is {stored.ts} UTC, TIER1_BASE_TIME asks for {wanted.ts}: all months have "
            "to be on one scale; unset TIER1_BASE_TIME, or drop schema tier1 and compute everything anew"
        ]
    return []
