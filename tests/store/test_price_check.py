"""The prices of a run are looked at in the database, month by month, before anything is started."""

import pytest

from include.pipeline.check import check_prices
from include.pipeline.plan import make_plan
from include.sources.bars import to_bars
from include.store.prices.load import load_bars
from tests.store.history import SETTINGS, TABLES, hourly_closes


@pytest.fixture
def closes():
    return hourly_closes(1_100).loc["2024-01":"2024-02"]


def table(database, months=("2024-01", "2024-02")):
    looked = check_prices(database, SETTINGS, make_plan(database, SETTINGS, *months, is_checked=True))
    return {line.name: line for line in looked.lines}, looked.deviations


def test_what_cannot_be_true_is_said_with_pair_months_and_value(conn, database, closes):
    closes["eurgbp"] = 1 / closes["eurgbp"]
    load_bars(conn, TABLES, to_bars(closes))
    found, deviations = table(database)
    assert found["prices"].result == "ok"
    assert (found["cross rates"].result, found["spikes"].result) == ("failed", "ok")
    assert found["cross rates"].found.startswith("eurgbp is quoted inversely: 1.1")
    assert "from 2024-01-01 00:00 to 2024-02-29 23:00" in found["cross rates"].found
    assert deviations["eurgbp"].median_bps > 1_000
    assert deviations["eurusd"].high_bps < 10


def test_a_date_of_1970_is_said_without_reading_the_months_between(conn, database, closes):
    load_bars(conn, TABLES, to_bars(closes))
    conn.execute("insert into bqx.m1_eurusd (time, close) values ('1970-01-01 00:00+00', 1.1)")
    found, _ = table(database, (None, "2024-02"))
    assert found["empty months"].result == "failed"
    assert "648 months" in found["empty months"].found
    assert "Some pairs have a bar in 1970-01" in found["empty months"].what_to_do


def test_with_problems_that_stop_the_stages_nothing_else_is_looked_at(database):
    found, deviations = table(database)
    assert (list(found), found["prices"].result, deviations) == (["prices"], "failed", {})


def test_a_pair_that_is_wrong_in_one_month_of_two_is_told_for_that_month(conn, database, closes):
    closes.loc["2024-02", "usdjpy"] /= 100
    load_bars(conn, TABLES, to_bars(closes))
    found, _ = table(database)
    assert "usdjpy is quoted at 1/100 of its value" in found["cross rates"].found
    assert "from 2024-02-01 00:00 to" in found["cross rates"].found
    fine, _ = table(database, ("2024-01", "2024-01"))
    assert fine["cross rates"].result == "ok"


def test_prices_that_stop_a_stage_are_all_named_at_once(conn, database, closes):
    load_bars(conn, TABLES, to_bars(closes))
    for pair, close in ("eurusd", 0), ("usdjpy", -1):
        conn.execute(f"update bqx.m1_{pair} set close = {close} where time = '2024-02-05 10:00+00'")  # noqa: S608
    looked = check_prices(database, SETTINGS, make_plan(database, SETTINGS, None, None, is_checked=True))
    assert [(line.name, line.result) for line in looked.lines] == [("prices", "failed")] * 2
    assert [line.found.split(" (")[0] for line in looked.lines] == [
        "bqx.m1_eurusd at 2024-02-05 10:00:00+00: close is 0",
        "bqx.m1_usdjpy at 2024-02-05 10:00:00+00: close is -1",
    ]


def test_a_price_that_the_first_month_looks_back_on_is_looked_at_as_well(conn, database, closes):
    load_bars(conn, TABLES, to_bars(closes))
    conn.execute("update bqx.m1_eurusd set close = 0 where time = '2024-01-31 10:00+00'")
    found, _ = table(database, ("2024-02", "2024-02"))
    assert "bqx.m1_eurusd at 2024-01-31 10:00:00+00: close is 0" in found["prices"].found
