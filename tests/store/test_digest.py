"""The digest that a month is published with is the one that PostgreSQL makes of its rows."""

import numpy as np
import pytest
from psycopg import sql

from include.store.copy_binary import copy_rows
from include.store.features.digest import rows_digest

TYPES = ["double precision", "boolean", "smallint", "double precision"]
ROWS = 5_000


@pytest.fixture
def rows():
    """Times on both sides of 2000, and values of every kind."""
    rng = np.random.default_rng(1)
    ts = np.datetime64("1999-12-31T23:00", "us") + np.sort(rng.integers(0, 10**15, ROWS))
    ts[:60] = np.datetime64("1999-12-31T23:00", "us") + np.arange(60) * np.timedelta64(1, "m")
    columns = rng.standard_normal((4, ROWS)) * 10.0 ** rng.integers(-300, 300, (4, ROWS))
    columns[1], columns[2] = rng.random(ROWS) < 0.5, rng.integers(-3, 4, ROWS)
    columns[0, :6] = 0.0, -0.0, np.inf, -np.inf, 5e-324, -1.7e308
    columns[rng.random((4, ROWS)) < 0.1] = np.nan
    return ts, columns


def in_postgresql(conn, ts, columns):
    conn.execute("create temp table month (ts_utc timestamptz, a float8, b boolean, c smallint, d float8)")
    copy_rows(conn, sql.SQL("copy month from stdin (format binary)"), ts, columns, TYPES)
    return conn.execute("select sum(hash_record_extended(month, 0)) from month").fetchone()[0]


def test_it_is_the_one_of_postgresql(conn, rows):
    assert rows_digest(*rows, TYPES) == in_postgresql(conn, *rows)


def test_it_does_not_depend_on_the_order_of_the_rows(rows):
    ts, columns = rows
    assert rows_digest(ts[::-1].copy(), columns[:, ::-1].copy(), TYPES) == rows_digest(*rows, TYPES)


@pytest.mark.parametrize("bit", range(64))
def test_each_bit_counts(rows, bit):
    ts, columns = rows
    columns[3, 7] = 1.5
    before = rows_digest(ts, columns, TYPES)
    columns.view(np.uint64)[3, 7] ^= np.uint64(1 << bit)
    assert rows_digest(ts, columns, TYPES) != before


def test_no_rows_have_the_digest_0():
    assert rows_digest(np.empty(0, "datetime64[us]"), np.empty((4, 0)), TYPES) == 0
