"""Loading inserts what is new, corrects what has changed, and does all or nothing."""

import numpy as np
import pandas as pd
import pytest

from include.sources.bars import PairBars, to_bars
from include.sources.errors import BadPricesError
from include.store.prices.load import load, load_bars
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
    with pytest.raises(ValueError, match=r'm1_usdjpy does not take these bars: .* check constraint "low"'):
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


MINUTES = np.array(["2024-01-02T00:00", "2024-01-02T00:01", "2024-01-02T00:02"], "datetime64[us]")
FULL = {"open": [1.1, 1.2, 1.3], "high": [2.0] * 3, "low": [1.0] * 3, "close": [1.5] * 3, "volume": [7.0] * 3}


def some(rows=slice(None), pair="eurusd", **known):
    values = known or FULL
    return PairBars(pair, MINUTES[rows], {name: np.array(it, float)[rows] for name, it in values.items()})


def rows_of(conn, columns="open, high, low, close, volume"):
    return conn.execute(f"select {columns} from bqx.m1_eurusd order by time").fetchall()  # noqa: S608


def test_corrected_closes_leave_the_other_values_of_their_bars(conn):
    load(conn, TABLES, [some()])
    (done,) = load(conn, TABLES, [some(close=[1.5, 1.6, 1.7])])
    assert (done.new, done.changed, done.unchanged) == (0, 2, 1)
    assert rows_of(conn) == [(1.1, 2.0, 1.0, 1.5, 7.0), (1.2, 2.0, 1.0, 1.6, 7.0), (1.3, 2.0, 1.0, 1.7, 7.0)]


def test_a_value_that_a_bar_does_not_have_leaves_what_is_there(conn):
    load(conn, TABLES, [some()])
    (done,) = load(conn, TABLES, [some(close=[1.5] * 3, volume=[np.nan, 8, 7])])
    assert (done.changed, done.unchanged) == (1, 2)
    assert [volume for (volume,) in rows_of(conn, "volume")] == [7.0, 8.0, 7.0]


def test_values_that_were_not_known_are_added(conn):
    load(conn, TABLES, [some(close=[1.5] * 3)])
    (done,) = load(conn, TABLES, [some()])
    assert done.changed == 3
    assert rows_of(conn)[0] == (1.1, 2.0, 1.0, 1.5, 7.0)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [2, 1, 0]])
def test_parts_may_come_in_any_order(conn, order):
    (done,) = load(conn, TABLES, [some([k]) for k in order])
    assert (done.new, done.repeated) == (3, 0)
    assert rows_of(conn, "open") == [(1.1,), (1.2,), (1.3,)]


@pytest.mark.parametrize("there", [True, False])
def test_a_bar_that_comes_in_two_parts_is_taken_once(conn, there):
    if there:
        load(conn, TABLES, [some([0])])
    (done,) = load(conn, TABLES, [some(), some([1, 2]), some([1], close=[1.5] * 3)])
    assert (done.new, done.unchanged, done.repeated) == (2 if there else 3, int(there), 3)
    assert len(rows_of(conn)) == 3


def test_a_bar_that_comes_with_two_prices_is_refused_and_nothing_loaded(conn):
    with pytest.raises(
        BadPricesError, match=r"all.csv: eurusd at 2024-01-02T00:01:00\+00:00 occurs twice, with"
    ):
        load(conn, TABLES, [some(), some([1], close=[1.6] * 3)], "all.csv")
    assert not any_exists(conn, TABLES)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_dry_run_says_the_same_and_writes_nothing(conn, is_there):
    if is_there:
        load(conn, TABLES, [some([0, 1])])
    bars = [some(close=[1.5, 1.6, 1.7]), some(pair="usdjpy")]
    said = load(conn, TABLES, bars, dry_run=True)
    assert conn.execute("select count(*) from pg_tables where schemaname = 'bqx'").fetchone() == (
        int(is_there),
    )
    assert not is_there or rows_of(conn, "close") == [(1.5,), (1.5,)]
    assert load(conn, TABLES, bars) == said


def test_a_table_of_other_columns_and_types_takes_what_it_has_room_for(conn):
    conn.execute("create schema bqx")
    conn.execute(
        "create table bqx.m1_eurusd"
        " (volume bigint, note text, close numeric(10, 2), time timestamptz primary key)"
    )
    (done,) = load(conn, TABLES, [some(close=[1.5, 1.6, 1.7], open=[1.1] * 3, volume=[7] * 3)])
    assert done.new == 3
    (done,) = load(conn, TABLES, [some(close=[1.5, 1.6, 1.8], volume=[7] * 3)])
    assert (done.changed, done.unchanged) == (1, 2)
    assert [float(close) for (close,) in rows_of(conn, "close")] == [1.5, 1.6, 1.8]


def test_a_partitioned_table_is_loaded(conn):
    conn.execute("create schema bqx")
    conn.execute(
        "create table bqx.m1_eurusd (time timestamptz primary key, close double precision)"
        " partition by range (time)"
    )
    conn.execute("create table bqx.m1_eurusd_p partition of bqx.m1_eurusd default")
    load(conn, TABLES, [some()])
    (done,) = load(conn, TABLES, [some(close=[1.5, 1.6, 1.7])])
    assert (done.changed, done.unchanged) == (2, 1)


def test_a_table_without_a_column_that_is_needed_is_refused(conn):
    conn.execute("create schema bqx")
    conn.execute("create table bqx.m1_eurusd (time timestamptz primary key, price double precision)")
    with pytest.raises(
        ValueError, match=r"bqx\.m1_eurusd has no column close: set TIER1_CLOSE_COLUMN, it has"
    ):
        load(conn, TABLES, [some()])
