"""A PostgreSQL server of the benchmark's own, and the made-up prices in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from psycopg import Connection, sql

from embedded.home import REPOSITORY, Home
from embedded.postgres import FEATURES, database_url, postgres_service, start_postgres, stop_postgres
from include.market import PAIRS
from include.months import Month, MonthRange, parse_month
from include.settings import Settings
from include.sources.synthetic import month_of_prices
from include.store.connection import alone, connect
from include.store.copy_binary import copy_rows
from include.store.prices.tables import create_missing, price_tables

HOME = REPOSITORY / "build" / "bench"
TABLES = price_tables(Settings())  # pyright: ignore[reportCallIssue]
FIRST_MONTH = parse_month("2015-01")
BAR_VALUES = 5
"""Open, high, low, close, volume; all of them the close price here."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is.

    Attributes:
        url: the database with the prices.
        pid: the postmaster's process number.
    """

    url: str
    pid: int


@contextmanager
def server() -> Iterator[Server]:
    """Run the server: as it comes and durable, but for what would count for whoever is measured."""
    HOME.parent.mkdir(exist_ok=True)
    home = Home(HOME)
    home.create()
    start_postgres(home)
    try:
        url = database_url(home, FEATURES)
        with connect(url) as conn:
            alone(conn).execute("alter system set autovacuum = off")  # it works when it likes
            # After turns that wrote little, the peers' months, PostgreSQL keeps fewer log files to be written
            # over, and the year that follows would make new ones and wait for the disk meanwhile.
            alone(conn).execute("alter system set min_wal_size = '1GB'")
            conn.execute("select pg_reload_conf()")
        pid = postgres_service(home).pid
        if pid is None:
            raise RuntimeError("PostgreSQL has ended just after its start: see build/bench/logs")
        yield Server(url, pid)
    finally:
        stop_postgres(home)


def first_months(months: int) -> list[Month]:
    """Return so many months, the first ones of the history."""
    return list(MonthRange(FIRST_MONTH, FIRST_MONTH + (months - 1)))


def load_prices(url: str, months: list[Month]) -> dict[str, int]:
    """Put the prices of these months into the 28 tables, with what else a bar has; what is there stays.

    Returns:
        How many `months`, `bars` of the grid and `prices` the months have.
    """
    with connect(url) as conn:
        for pair in PAIRS:
            create_missing(conn, TABLES, pair)
        conn.execute(
            "create table if not exists public.loaded (month text primary key, bars int, prices int)"
        )
        there = {name for (name,) in conn.execute("select month from public.loaded")}
        for month in months:
            if str(month) not in there:
                with conn.transaction():
                    _load_month(conn, month)
        alone(conn).execute("vacuum analyze")
        query = "select count(*), sum(bars), sum(prices) from public.loaded where month = any(%s)"
        counts = conn.execute(query, [[str(month) for month in months]]).fetchone() or ()
    return dict(zip(("months", "bars", "prices"), map(int, counts), strict=True))


def forget(url: str) -> None:
    """Forget all runs: nothing is computed, no price table is watched, nothing waits for the disk."""
    with connect(url) as conn:
        conn.execute("drop schema if exists tier1 cascade")
        conn.execute("checkpoint")


def _load_month(conn: Connection, month: Month) -> None:
    panel = month_of_prices(month)
    for pair, close in zip(PAIRS, panel.close, strict=True):
        present = ~np.isnan(close)
        bars = np.tile(close[present], (BAR_VALUES, 1))
        statement = sql.SQL("copy {} from stdin (format binary)").format(TABLES.table(pair))
        copy_rows(conn, statement, panel.ts[present], bars, ["double precision"] * BAR_VALUES)
    prices = int(np.isfinite(panel.close).sum())
    conn.execute("insert into public.loaded values (%s, %s, %s)", [str(month), len(panel), prices])
