"""What COPY BINARY writes is what was given, NULLs included."""

import numpy as np
import pytest

from include.store.copy_binary import encode

TYPES = ["double precision", "boolean", "smallint"]


def written(conn, ts, columns):
    conn.execute("create temp table t (ts timestamptz, d double precision, b boolean, s smallint)")
    with conn.cursor().copy("copy t from stdin (format binary)") as copy:
        for chunk in encode(ts, columns, TYPES):
            copy.write(chunk)
    return conn.execute(
        "select (extract(epoch from ts) * 1000000)::bigint, d, b, s from t order by ts"
    ).fetchall()


@pytest.mark.parametrize("nulls", [0.0, 0.4, 1.0])
def test_every_value_and_null_arrives(conn, nulls):
    rng = np.random.default_rng(5)
    bars = 5_000  # more than are encoded at once
    ts = np.datetime64("1999-12-31T23:00", "us") + np.arange(bars) * np.timedelta64(1, "m")
    columns = np.stack([rng.normal(size=bars) * 1e200, rng.integers(0, 2, bars), rng.integers(-1, 2, bars)])
    columns[rng.random(columns.shape) < nulls] = np.nan
    want = [
        (
            int(t.astype(int)),
            *(None if np.isnan(v) else kind(v) for v, kind in zip(row, (float, bool, int), strict=True)),
        )
        for t, row in zip(ts, columns.T, strict=True)
    ]
    assert written(conn, ts, columns) == want


def test_no_rows_are_a_valid_copy(conn):
    assert written(conn, np.empty(0, "datetime64[us]"), np.empty((3, 0))) == []
