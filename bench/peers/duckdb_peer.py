"""DuckDB: window functions in SQL, spread over all cores by its engine; Arrow in and out of it.

In and out of PostgreSQL it does as the others do: DuckDB's own extension for that is no Python package but a
download at run time.
"""

from collections.abc import Iterable
from datetime import datetime

import duckdb  # pyright: ignore[reportMissingImports]
import numpy as np
import pyarrow as pa

from bench.peers import duckdb_sql
from bench.peers.shared import copy_in, fetch_bars, incomplete_values
from include.market import CURRENCIES, PAIRS
from include.store.prices.tables import PriceTables


def read(url: str, tables: PriceTables, start: datetime, end: datetime) -> pa.Table:
    """Read arrays by ADBC, unnested and pivoted here."""
    with _session() as db:
        db.register("fetched", fetch_bars(url, tables, start, end))
        columns = ", ".join(f"any_value(close) filter (k = {k}) as {pair}" for k, pair in enumerate(PAIRS))
        return db.sql(
            f"select ts_utc, {columns} from"  # noqa: S608 - the contract's names
            " (select k, unnest(ts_utc) as ts_utc, unnest(close) as close from fetched)"
            " group by ts_utc order by ts_utc"
        ).to_arrow_table()


def prices_of(ts: np.ndarray, close: np.ndarray) -> pa.Table:
    """See `Peer`."""
    times = pa.array(ts, pa.timestamp("us", "UTC"))
    return pa.table([times, *(pa.array(c, from_pandas=True) for c in close)], names=["ts_utc", *PAIRS])


def compute(prices: pa.Table, base: np.ndarray, start: datetime) -> pa.Table:
    """See `Peer`."""
    with _session() as db:
        db.register("prices", prices)
        _define(db, "view raw", ["ts_utc", *duckdb_sql.raw()], "prices")
        bar = "row_number() over (order by ts_utc) as bar"
        _define(db, "table filled", ["*", *duckdb_sql.filled(), bar], "raw")
        db.register("incomplete", _incomplete(db))
        # views to the end, so that it is one query: tables in between take half as long again
        _define(
            db, "view valued", ["filled.*", *duckdb_sql.values()], "filled left join incomplete using (bar)"
        )
        _define(db, "view levels", ["ts_utc", *duckdb_sql.levels(base)], "valued")
        _define(db, "view derived", ["*", *duckdb_sql.derived()], "levels")
        _define(db, "view returned", ["*", *duckdb_sql.returns()], "derived")
        _define(db, "view deviations", ["*", *duckdb_sql.deviations()], "returned")
        _define(db, "view summed", ["*", *duckdb_sql.sums()], "deviations")
        _define(db, "view features", ["ts_utc", *duckdb_sql.features()], "summed")
        return db.sql("from features where ts_utc >= ? order by ts_utc", params=[start]).to_arrow_table()


def write(url: str, schema: str, features: pa.Table) -> None:
    """See `Peer`."""
    copy_in(url, schema, features.select)


def values_of(features: pa.Table) -> np.ndarray:
    """See `Peer`."""
    columns = features.drop_columns("ts_utc").columns
    return np.array([column.cast(pa.float64()).to_numpy() for column in columns])


def _session() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    return db


def _define(db: duckdb.DuckDBPyConnection, what: str, columns: Iterable[str], source: str) -> None:
    db.execute(f"create {what} as select {', '.join(columns)} from {source}")  # noqa: S608 - as above


def _incomplete(db: duckdb.DuckDBPyConnection) -> pa.Table:
    """Solve for the currency values of the bars where pairs are missing: `bar` and v_c."""
    names = [f"p_{pair}" for pair in PAIRS]
    missing = " or ".join(f"{name} is null" for name in names)
    rows = db.sql(f"select bar, {', '.join(names)} from filled where {missing}").to_arrow_table()  # noqa: S608
    p = np.array([rows[name].to_numpy() for name in names]).T
    values = incomplete_values(p).T
    columns = [rows["bar"], *(pa.array(v, from_pandas=True) for v in values)]
    return pa.table(columns, names=["bar", *(f"v_{c}" for c in CURRENCIES)])
