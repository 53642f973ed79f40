"""Loading inserts what is new, corrects what has changed, and does all or nothing."""

import numpy as np
import pandas as pd
import psycopg
import pytest

from include.sources.bars import to_bars
from include.store.prices.load import load_bars
from include.store.prices.tables import any_exists
from tests.store.history import TABLES, hourly_closes


@pytest.fixture
def closes():
    return hourly_closes(50)


def count(conn):
    return conn.execute("select count(*) from bqx.m1_eurusd").fetchone()[0]


def test_the_report_tells_new_changed_and_unchanged_rows_of_each_pair(conn, closes):
    first = load_bars(conn, TABLES, to_bars(closes.iloc[:40]))
    assert [loaded.pair for loaded in first] == list(closes.columns)
    corrected = closes.copy()
    corrected.iloc[3, :] *= 2
    (eurusd,) = (loaded for loaded in load_bars(conn, TABLES, to_bars(corrected)) if loaded.pair == "eurusd")
    bars = closes["eurusd"]
    assert (eurusd.new, eurusd.changed) == (bars.iloc[40:].count(), bars.iloc[[3]].count())
    assert eurusd.unchanged == bars.count() - eurusd.new - eurusd.changed


def test_what_was_loaded_is_what_the_tables_have(conn, closes):
    load_bars(conn, TABLES, to_bars(closes))
    rows = conn.execute("select time, close, open, volume from bqx.m1_usdjpy order by time").fetchall()
    want = closes["usdjpy"].dropna()
    assert [row[0] for row in rows] == list(want.index)
    assert [row[1] for row in rows] == want.tolist()
    assert {row[2:] for row in rows} == {(None, None)}


def test_a_failure_in_the_last_pair_leaves_nothing_of_the_others(conn, closes):
    load_bars(conn, TABLES, to_bars(closes.iloc[:10]))
    before = count(conn)
    conn.execute("alter table bqx.m1_usdjpy add constraint low check (close < 1) not valid")
    with pytest.raises(psycopg.errors.CheckViolation):
        load_bars(conn, TABLES, to_bars(closes))
    assert count(conn) == before


def test_every_value_arrives_and_a_nan_is_null(conn, closes):
    bars = to_bars(closes[["eurusd"]]).iloc[:3].assign(open=[1.1, np.nan, 1e-300], volume=[np.nan, 0.0, 7.0])
    load_bars(conn, TABLES, bars)
    rows = conn.execute("select open, high, volume from bqx.m1_eurusd order by time").fetchall()
    assert rows == [(1.1, None, None), (None, None, 0.0), (1e-300, None, 7.0)]


def test_times_of_any_resolution_and_zone_are_the_same_times(conn, closes):
    bars = to_bars(closes)
    load_bars(conn, TABLES, bars)
    elsewhere = bars["ts_utc"].dt.tz_convert("Europe/Brussels").dt.as_unit("ns")
    assert {(it.new, it.changed) for it in load_bars(conn, TABLES, bars.assign(ts_utc=elsewhere))} == {(0, 0)}


def test_a_bar_without_a_time_is_refused_and_nothing_loaded(conn, closes):
    bars = to_bars(closes)
    bars.iloc[-1, 0] = pd.NaT
    with pytest.raises(ValueError, match="a bar of usdjpy has no time"):
        load_bars(conn, TABLES, bars)
    assert not any_exists(conn, TABLES)
