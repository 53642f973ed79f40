"""Prices that are corrected between two stages of a run leave a mix, and the run can tell which months."""

import pytest

from include.months import MonthRange
from include.pipeline.job import Job
from include.pipeline.moved import moved_months, stretches
from include.pipeline.run_stage import run_stage
from include.stages import STAGES
from tests.store.history import SETTINGS, compute_all, hourly_closes, load_history

MONTHS = MonthRange.of_texts("2024-01", "2024-03")
INDICES, ARBITRAGE, BLOCS = (stage.name for stage in STAGES)
UNWATCHED = SETTINGS.model_copy(update={"watch_prices": False})


@pytest.fixture
def history(conn):
    return load_history(conn, hourly_closes(1_500))


def correct(conn, time="2024-02-20 12:00+00"):
    done = conn.execute("update bqx.m1_eurusd set close = close * 1.001 where time = %s", [time])
    assert done.rowcount == 1


def run(database, stages, settings=SETTINGS):
    for stage in stages:
        run_stage(database, Job(stage, list(MONTHS), "test"), settings)


@pytest.mark.parametrize("settings", [SETTINGS, UNWATCHED], ids=["watched", "read again"])
def test_a_correction_between_two_stages_is_told_by_stage_and_month(conn, database, history, settings):
    run(database, STAGES[:1], settings)
    correct(conn)
    run(database, STAGES[1:], settings)
    moved = moved_months(database, settings, MONTHS)
    assert {name: stretches(months) for name, months in moved.items()} == {INDICES: "2024-02 .. 2024-03"}
    run(database, STAGES[:1], settings)
    assert moved_months(database, settings, MONTHS) == {}


def test_what_fits_is_not_read(conn, database, history):
    run(database, STAGES)
    with conn.transaction():
        conn.execute("lock table bqx.m1_eurusd in row exclusive mode")
        assert moved_months(database, SETTINGS, MONTHS) == {}


def test_a_correction_that_is_taken_back_moves_nothing(conn, database, history):
    run(database, STAGES)
    (before,) = conn.execute("select close from bqx.m1_eurusd where time = '2024-02-20 12:00+00'").fetchone()
    correct(conn)
    assert list(moved_months(database, SETTINGS, MONTHS)) == [INDICES, ARBITRAGE, BLOCS]
    conn.execute("update bqx.m1_eurusd set close = %s where time = '2024-02-20 12:00+00'", [before])
    assert moved_months(database, SETTINGS, MONTHS) == {}


def test_a_month_without_a_marker_has_moved_as_well(conn, database, history):
    compute_all(database, months=list(MONTHS))
    conn.execute("delete from tier1.completion_marker where stage = %s and month = '2024-01-01'", [BLOCS])
    moved = moved_months(database, SETTINGS, MONTHS)
    assert {name: stretches(months) for name, months in moved.items()} == {BLOCS: "2024-01"}


def test_without_a_schema_all_months_have_moved(database):
    assert len(moved_months(database, SETTINGS, MONTHS)) == len(STAGES)
