"""The prices of a run are looked at in the database, month by month, before anything is started."""

import pytest

from include.pipeline.check import check_prices
from include.pipeline.plan import make_plan
from include.sources.files import to_bars
from include.store.prices.load import load_bars
from tests.store.history import SETTINGS, TABLES, hourly_closes


@pytest.fixture
def closes():
    return hourly_closes(1_100).loc["2024-01":"2024-02"]


def table(database, months=("2024-01", "2024-02")):
    looked = check_prices(database, SETTINGS, make_plan(database, SETTINGS, *months))
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
