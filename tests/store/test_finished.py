"""Whoever watches a run is told which months are finished, by whom, and which are being computed."""

from dataclasses import replace

import numpy as np

from include.months import MonthRange
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.report.build import build_report
from include.stages import STAGES
from include.store.connection import connect
from include.store.runs.durations import past_runs
from include.store.runs.finished import finished_in, months_at_work
from include.store.runs.markers import lock_month
from include.store.runs.reports import write_report
from tests.conftest import empty_database
from tests.report.reports import facts, failed_facts
from tests.store.history import MONTHS, SETTINGS, load_history

STAGE = STAGES[0]


def test_finished_months_tell_who_has_computed_them_and_in_which_time(conn, database):
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    run_stage(database, Job(STAGE, MONTHS[:2], "now", host="i-1"), SETTINGS)
    found = {it.month: it for it in finished_in(conn, MonthRange(MONTHS[0], MONTHS[-1]))}
    assert {month: it.run_id for month, it in found.items()} == {"2024-01": "before", "2024-02": "now"}
    assert found["2024-02"].host == "i-1"
    assert found["2024-02"].rows > 0
    assert 0 < found["2024-02"].seconds < 60


def test_nothing_is_finished_in_an_empty_database(conn):
    assert finished_in(conn, MonthRange.of_texts("2024-01", "2024-02")) == []
    assert past_runs(conn, "now") == []


def test_a_month_is_at_work_as_long_as_somebody_has_its_lock(conn, database):
    with connect(database) as worker:
        with worker.transaction():
            lock_month(worker, STAGE.name, np.datetime64("2024-12"))
            lock_month(worker, STAGES[1].name, np.datetime64("1969-11"))
            assert months_at_work(conn) == {(STAGE.name, "2024-12"), (STAGES[1].name, "1969-11")}
        assert months_at_work(conn) == set()


def test_a_lock_in_another_database_does_not_count(conn, server):
    with empty_database(server) as other, connect(other) as worker, worker.transaction():
        lock_month(worker, STAGE.name, np.datetime64("2024-12"))
        assert months_at_work(conn) == set()


def test_the_last_runs_that_succeeded_tell_what_each_task_took(conn):
    for run_id in ("older", "newer", "this"):
        write_report(conn, build_report(replace(facts(), run_id=run_id)))
    write_report(conn, build_report(replace(failed_facts(), run_id="failed")))
    past = past_runs(conn, "this")
    assert [it.run_id for it in past] == ["newer", "older"]
    assert [it.run_id for it in past_runs(conn, "newer")] == ["older"]
    assert past[0].tasks["upsize"] == 121
    assert past[0].stages[STAGE.name].computed == 12
    assert past[0].stage_tasks["stage_2_3"] == 55  # its shards ran side by side
    assert past[0].seconds == 511.0
