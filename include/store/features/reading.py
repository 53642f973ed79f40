"""Reads the features of chosen bars."""

from collections.abc import Iterator

import numpy as np
from psycopg import Connection, sql

from include.months import start_of
from include.stages import STAGES, Stage
from include.store.features.profile import as_number
from include.store.schema import SCHEMA

_TIME = np.dtype(">i8")  # as `timestamptz_send` sends it: microseconds from 2000 on
_VALUE = np.dtype(">f8")
_EPOCH = np.datetime64("2000-01-01", "us")


def read_features(conn: Connection, ts: np.ndarray) -> Iterator[np.ndarray]:
    """Read all columns at these bars, month by month; NULL is NaN.

    Args:
        conn: the feature database.
        ts: bar opening times, UTC, `datetime64[us]`, strictly increasing.

    Yields:
        The columns of a month's bars, shape [T, 384], in the order of the contract.

    Raises:
        ValueError: a bar has no features; the message says which stage and month.
    """
    months = ts.astype("datetime64[M]")
    for month in np.unique(months):
        wanted = ts[months == month]
        yield np.concatenate([_of_stage(conn, stage, month, wanted) for stage in STAGES]).T


def _of_stage(conn: Connection, stage: Stage, month: np.datetime64, wanted: np.ndarray) -> np.ndarray:
    """Read a stage's columns, shape [C, T]: each comes as one string, which costs least."""
    columns = sql.SQL(", ").join(
        sql.SQL("string_agg(float8send(coalesce({}, 'NaN')), null)").format(as_number(feature))
        for feature in stage.features
    )
    query = sql.SQL(
        "select string_agg(timestamptz_send(ts_utc), null), {} from (select * from {}"
        " where ts_utc >= %(start)s and ts_utc < %(end)s and ts_utc = any(%(wanted)s::timestamptz[])"
        " order by ts_utc) bars"
    ).format(columns, sql.Identifier(SCHEMA, stage.name))
    values = {"start": start_of(month), "end": start_of(month + 1), "wanted": [f"{t}Z" for t in wanted]}
    times, *sent = conn.execute(query, values, binary=True).fetchone() or (None,)
    found = as_times(times or b"")
    if not np.array_equal(found, wanted):
        raise ValueError(
            f"{month} has no {stage.name} at {len(wanted) - len(found)} of {len(wanted)} bars that were "
            f"looked for: compute the month first, ./tier1 run {stage.name}"
        )
    return np.array([as_floats(column) for column in sent])


def as_times(sent: bytes) -> np.ndarray:
    """Read times as `timestamptz_send` has sent them, one after another: `datetime64[us]`, UTC."""
    return _EPOCH + np.frombuffer(sent, _TIME).astype("timedelta64[us]")


def as_floats(sent: bytes) -> np.ndarray:
    """Read numbers as `float8send` has sent them, one after another."""
    return np.frombuffer(sent, _VALUE).astype(float)
