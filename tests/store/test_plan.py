"""Whatever would stop a stage is said before anything is started: where, which value, what to do."""

import numpy as np
import pandas as pd
import pytest

from include.months import parse_month
from include.pipeline.job import Job
from include.pipeline.plan import make_plan
from include.pipeline.run_stage import run_stage
from include.sources.bars import to_bars
from include.stages import stage_named
from include.store.prices.load import load_bars
from tests.store.history import SETTINGS, TABLES, hourly_closes

JANUARY = [parse_month("2024-01")]


@pytest.fixture
def history(conn):
    closes = hourly_closes(600)  # January and February
    load_bars(conn, TABLES, to_bars(closes))
    return closes


def problems(database, start=None, end=None, **changed):
    return make_plan(database, SETTINGS.model_copy(update=changed), start, end).problems


def test_without_months_the_whole_history_is_planned(database, history):
    plan = make_plan(database, SETTINGS, None, None)
    assert plan.problems == []
    assert [str(month) for month in plan.months] == ["2024-01", "2024-02"]


@pytest.mark.parametrize("text", ["2024-13", "2024-1", "24-01", "2024-01-01", "January", "9999-12"])
def test_a_malformed_month_is_named(database, history, text):
    assert problems(database, text) == [f"{text!r} is not a month: write YYYY-MM, for example 2024-03"]


def test_a_start_after_the_end_is_refused(database, history):
    assert "2024-02 lies after the last month 2024-01" in problems(database, "2024-02", "2024-01")[0]


@pytest.mark.parametrize(("start", "end"), [("2023-12", None), (None, "2024-03"), ("2025-01", "2025-02")])
def test_months_outside_of_the_history_are_refused(database, history, start, end):
    (problem,) = problems(database, start, end)
    assert "the loaded history is 2024-01 .. 2024-02" in problem


def test_missing_tables_are_all_named_at_once(conn, database, history):
    conn.execute("drop table bqx.m1_eurusd, bqx.m1_gbpusd")
    found = problems(database)
    assert [p.split(":")[0] for p in found] == [
        "table bqx.m1_eurusd is missing",
        "table bqx.m1_gbpusd is missing",
    ]


def test_without_any_prices_one_sentence_says_what_to_load(database):
    [problem] = problems(database)
    assert problem.startswith("there are no prices: table bqx.m1_audcad is missing, and so are those")
    assert "./tier1 load ecb" in problem


def test_tables_that_are_only_written_otherwise_are_named_each(conn, database, history):
    found = problems(database, price_table="bqx.M1_{PAIR}")
    assert len(found) == 28
    assert "there is bqx.m1_audcad: upper and lower case count" in found[0]


def test_empty_tables_are_refused(conn, database, history):
    for pair in hourly_closes(1):
        conn.execute(f"truncate {TABLES.name(pair)}")
    assert problems(database) == [
        "the price tables are empty: load prices first, for example with ./tier1 load FILE"
    ]


def test_a_missing_column_is_named_with_those_that_exist(conn, database, history):
    conn.execute("alter table bqx.m1_nzdusd rename close to last")
    (problem,) = problems(database)
    assert "bqx.m1_nzdusd has no column close" in problem
    assert "last" in problem


def test_other_names_can_be_configured(conn, database, history):
    for pair in hourly_closes(1):
        conn.execute(f'alter table {TABLES.name(pair)} rename time to "Opened At"')
        conn.execute(f'alter table {TABLES.name(pair)} rename to "{pair.upper()} 1m"')
    assert problems(database, price_table="bqx.{pair} 1m") != []
    renamed = {"price_table": "bqx.M1-{pair}", "time_column": "Opened At"}
    for pair in hourly_closes(1):
        conn.execute(f'alter table bqx."{pair.upper()} 1m" rename to "M1-{pair}"')
    assert problems(database, **renamed) == []
    settings = SETTINGS.model_copy(update=renamed)
    assert run_stage(database, Job(stage_named("triangular_arbitrage"), JANUARY, "t"), settings).rows > 0


def test_duplicate_times_are_named(conn, database, history):
    conn.execute("alter table bqx.m1_audcad drop constraint m1_audcad_pkey")
    assert problems(database) == []
    conn.execute("insert into bqx.m1_audcad select * from bqx.m1_audcad where time = '2024-01-02 10:00+00'")
    (problem,) = problems(database)
    assert problem.startswith("bqx.m1_audcad has 2 bars at 2024-01-02 10:00:00+00:00")


@pytest.mark.parametrize("value", ["0", "-1.5", "nan", "infinity"])
def test_an_impossible_price_is_named(conn, database, history, value):
    conn.execute("update bqx.m1_usdjpy set close = %s::float8 where time = '2024-01-02 10:00+00'", [value])
    (problem,) = problems(database)
    assert problem.startswith("bqx.m1_usdjpy at 2024-01-02 10:00:00+00: close is ")
    assert problems(database, "2024-01", "2024-01") != []  # February looks back on it, January has it


@pytest.mark.parametrize("time", ["infinity", "-infinity", "4713-01-01 BC", "1899-12-31", "9999-12-31"])
def test_a_time_that_no_bar_can_have_is_named(conn, database, history, time):
    conn.execute("insert into bqx.m1_usdjpy (time, close) values (%s::timestamptz, 147)", [time])
    (problem,) = problems(database)
    assert problem.startswith("bqx.m1_usdjpy has a bar at ")
    assert time[:4] in problem
    assert problem.endswith("outside of the years 1900 to 2099: correct or delete it")


def test_a_pair_that_never_meets_the_others_leaves_no_base_bar(conn, database, history):
    conn.execute("delete from bqx.m1_eurgbp where time < '2024-02-01'")
    conn.execute("update bqx.m1_eurgbp set time = time + interval '1 minute'")
    conn.execute("delete from bqx.m1_usdjpy where time >= '2024-01-20'")
    found = problems(database, max_stale_bars=0)
    assert "no base bar" in found[0]
    assert "eurgbp" in found[0]


def test_a_pair_without_rows_in_the_range_is_named(conn, database, history):
    run_stage(database, Job(stage_named("currency_indices"), JANUARY, "test"), SETTINGS)
    conn.execute("delete from bqx.m1_usdjpy where time >= '2024-02-01'")
    (problem,) = problems(database, "2024-02")
    assert problem.startswith("bqx.m1_usdjpy has no rows from 2024-02-01 to 2024-03-01: load usdjpy")
    assert problems(database, "2024-01", "2024-01") == []


def test_a_month_that_still_grows_is_not_planned_unless_it_is_asked_for(conn, database, history):
    conn.execute("insert into bqx.m1_usdjpy (time, close) values (now(), 150)")
    this_month = conn.execute("select to_char(now() at time zone 'UTC', 'YYYY-MM')").fetchone()[0]
    assert this_month not in [str(month) for month in make_plan(database, SETTINGS, None, None).months]
    assert this_month in [str(month) for month in make_plan(database, SETTINGS, None, this_month).months]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://quant:s3cret/half@127.0.0.1:1/prices",
        "postgresql://quant:s3cret@half@127.0.0.1:1/prices",
        "postgresql+psycopg://quant:s3cret@127.0.0.1:1/prices",
        "postgres//quant:s3cret@127.0.0.1/prices",
    ],
)
def test_no_part_of_a_password_is_repeated_however_the_url_is_mistyped(url):
    (problem,) = problems(url)
    assert "s3cret" not in problem
    assert "half" not in problem
    assert "TIER1_DATABASE_URL" in problem


def test_another_base_time_than_the_stored_one_is_refused(conn, database, history):
    run_stage(database, Job(stage_named("currency_indices"), JANUARY, "test"), SETTINGS)
    assert problems(database) == []
    (problem,) = problems(database, base_time=pd.Timestamp("2024-01-10", tz="UTC").to_pydatetime())
    assert "the stored base bar is 2024-01-01T00:00" in problem


def test_an_unreachable_database_is_named_without_its_password():
    (problem,) = problems("postgresql://quant:s3cret@127.0.0.1:1/prices")
    assert "'prices' on 127.0.0.1 as 'quant'" in problem
    assert "s3cret" not in problem


def test_numeric_prices_are_read_as_doubles(conn, database, history):
    conn.execute("alter table bqx.m1_eurusd alter close type numeric")
    assert problems(database) == []
    assert run_stage(database, Job(stage_named("triangular_arbitrage"), JANUARY, "t"), SETTINGS).rows > 0


def test_a_bar_without_a_close_price_is_no_bar(conn, database, history):
    conn.execute("alter table bqx.m1_eurusd alter close drop not null")
    conn.execute("update bqx.m1_eurusd set close = null where time >= '2024-01-15' and time < '2024-01-16'")
    assert problems(database) == []
    run_stage(database, Job(stage_named("triangular_arbitrage"), JANUARY, "t"), SETTINGS)
    empty = conn.execute(
        "select count(*) from tier1.triangular_arbitrage where eurusd_arbitrage_max_profit is null"
        " and ts_utc >= '2024-01-15' and ts_utc < '2024-01-16'"
    ).fetchone()
    assert empty == (24,)
    assert np.isfinite(empty[0])
