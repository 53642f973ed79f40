"""Which months have bars."""

from collections.abc import Sequence

import numpy as np
from psycopg import Connection

from include.market import PAIRS
from include.months import Month, start_of
from include.store.prices.tables import PriceTables


def months_with_bars(conn: Connection, tables: PriceTables, months: Sequence[Month]) -> np.ndarray:
    """Tell which pairs have a bar in which of the months, bool [28, M]; from the ends of indexes."""
    query = tables.for_each(
        "select {k}, m.n from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[])"
        " with ordinality as m (start, until, n) where exists (select from {table}"
        " where {time} >= m.start and {time} < m.until and {close} is not null)"
    )
    bounds = {
        "starts": [start_of(month) for month in months],
        "ends": [start_of(month + 1) for month in months],
    }
    there = np.zeros((len(PAIRS), len(months)), bool)
    for k, n in conn.execute(query, bounds):
        there[k, n - 1] = True
    return there
