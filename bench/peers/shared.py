"""What the peers share: the fastest way in and out of PostgreSQL that they have, and the market.

All of them speak Arrow. The fastest of what was measured is ADBC to read, and to write pgpq, which encodes
Arrow as COPY BINARY in a sixth of the processor time that ADBC takes for it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, LiteralString, NamedTuple

import adbc_driver_postgresql.dbapi as adbc  # pyright: ignore[reportMissingImports]
import numpy as np
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder  # pyright: ignore[reportMissingImports]
from psycopg import sql

from include.market import CURRENCIES, PAIRS, base_and_quote, leg
from include.stages import STAGES
from include.stages.options import COSTS_BPS, Options
from include.stages.stage import Stage
from include.store.connection import connect
from include.store.features.publish import ANALYZED_AGAIN_AFTER, make_statistics
from include.store.prices.reading import look_back_start
from include.store.prices.tables import PriceTables
from include.store.schema import feature_columns

LOOK_BACK: Final = max(stage.look_back(Options()) for stage in STAGES)
"""Bars before a month that its columns look at."""

INCIDENCE: Final = np.zeros((len(PAIRS), len(CURRENCIES)))
"""+1 at a pair's base currency, -1 at its quote, shape [28, 8]: p = INCIDENCE v."""
for _k, _pair in enumerate(PAIRS):
    INCIDENCE[_k, base_and_quote(_pair)] = 1.0, -1.0

FETCH: Final[LiteralString] = (
    "select {k}::smallint as k, array_agg(t) as ts_utc, array_agg(c) as close from"
    " (select {time} as t, {close}::double precision as c from {table}"
    " where {time} >= {first} and {time} < {end} and {close} is not null order by 1) bars"
)
"""One row a pair, its bars as arrays: less than half the time of a row a bar, by whatever client."""

CREATE: Final[LiteralString] = "create table {} ({}) with (autovacuum_analyze_scale_factor = {})"
ROWS_A_CHUNK: Final = 500


class Trip(NamedTuple):
    """A round trip of a pair: which of `TRIANGLES` it is, and in which direction."""

    triangle: int
    sign: int


def _triangles() -> Iterator[tuple[int, int, int]]:
    n = len(CURRENCIES)
    yield from ((i, j, k) for i in range(n) for j in range(i + 1, n) for k in range(j + 1, n))


TRIANGLES: Final = tuple((leg(i, j), leg(j, k), leg(k, i)) for i, j, k in _triangles())
"""The legs of the 56 distinct triangles i -> j -> k -> i; each serves three pairs."""
COSTS: Final = tuple(float(sum(COSTS_BPS[each.pair] for each in legs) / 10_000) for legs in TRIANGLES)
"""The cost of each triangle in log units."""


def round_trips(pair: str) -> list[Trip]:
    """Return the six round trips b -> q -> z -> b of a pair (b, q), z in currency order."""
    trips, found = [], list(_triangles())
    b, q = base_and_quote(pair)
    for z in range(len(CURRENCIES)):
        if z not in (b, q):
            i, j, k = sorted((b, q, z))
            forward = (b, q, z) in ((i, j, k), (j, k, i), (k, i, j))
            trips.append(Trip(found.index((i, j, k)), 1 if forward else -1))
    return trips


def incomplete_values(p: np.ndarray) -> np.ndarray:
    """Solve for the currency values of the few bars where pairs are missing, once for each set of pairs.

    Args:
        p: filled log prices by bar, shape [T, 28], NaN = missing.

    Returns:
        Shape [T, 8], summing to 0; NaN where the pairs present do not connect all currencies.
    """
    v = np.full((len(p), len(CURRENCIES)), np.nan)
    patterns, which = np.unique(~np.isnan(p), axis=0, return_inverse=True)
    for i, present in enumerate(patterns):
        equations = INCIDENCE[present]
        if len(equations) and np.linalg.matrix_rank(equations) == len(CURRENCIES) - 1:
            rows = np.flatnonzero(which == i)
            v[rows] = p[np.ix_(rows, present)] @ np.linalg.pinv(equations).T  # the shortest: it sums to 0
    return v


def fetch_bars(url: str, tables: PriceTables, start: datetime, end: datetime) -> pa.Table:
    """Fetch the bars of the range and its look-back: a row a pair, with arrays `ts_utc` and `close`."""
    with connect(url) as conn:
        first = look_back_start(conn, tables, start, LOOK_BACK)
    # no parameters: ADBC would bind them row by row
    query = tables.for_each(FETCH, first=sql.Literal(first), end=sql.Literal(end))
    with adbc.connect(url) as conn, conn.cursor() as cursor:
        cursor.execute(query.as_string())
        return cursor.fetch_arrow_table()


def copy_in(url: str, schema: str, arrow_of: Callable[[list[str]], pa.Table]) -> None:
    """Replace the schema's three tables, each on a connection of its own and in one transaction.

    As in the product the rows are frozen, the key is built after the load, which is cheaper, and the same
    statistics are made at once: left to autovacuum they would cost more, and fall into somebody else's turn.

    Args:
        url: the database.
        schema: where the tables go.
        arrow_of: from column names to Arrow data with these columns.
    """
    with connect(url) as conn:
        conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))

    def replace(stage: Stage) -> None:
        data = arrow_of(["ts_utc", *(f.name for f in stage.features)])
        table = sql.Identifier(schema, stage.name)
        with connect(url) as conn, conn.transaction():
            conn.execute(sql.SQL("drop table if exists {}").format(table))
            conn.execute(sql.SQL(CREATE).format(table, feature_columns(stage.name), ANALYZED_AGAIN_AFTER))
            statement = sql.SQL("copy {} from stdin (format binary, freeze)").format(table)
            with conn.cursor().copy(statement) as copy:
                for chunk in _encoded(data):
                    copy.write(chunk)
            conn.execute(sql.SQL("alter table {} add primary key (ts_utc)").format(table))
            make_statistics(conn, table, stage.name)

    with ThreadPoolExecutor(len(STAGES)) as pool:
        list(pool.map(replace, STAGES))


def _encoded(data: pa.Table) -> Iterator[bytes]:
    encoder = ArrowToPostgresBinaryEncoder(data.schema)
    yield encoder.write_header()
    for batch in data.to_batches(ROWS_A_CHUNK):
        yield encoder.write_batch(batch)
    yield encoder.finish()
