"""The page shows how far the stages of a run have come."""

import re

import pytest

from embedded.connections import postgres_connection
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import STAGES
from include.store.runs.reports import write_report
from tests.store.history import MONTHS, SETTINGS, load_history
from tier1_page.app import run_page


def cells(run_id):
    """The page's table of progress, without the times."""
    page = run_page("tier1", run_id).body.decode()
    rows = re.findall("<tr>(<td.*)", page.split("How far the stages have come")[1])
    return [re.sub("<[^>]*>", "|", row.split("</tr>")[0]).split("|")[1:6] for row in rows]


def test_a_run_that_has_computed_a_part_of_its_months(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    load_history(conn)
    run_stage(database, Job(STAGES[0], MONTHS[:1], "before"), SETTINGS)
    conn.execute("update bqx.m1_eurusd set close = -1 where time = '2024-03-05 12:00+00'")
    with pytest.raises(ValueError, match=r"is -1\.0"):
        run_stage(database, Job(STAGES[0], MONTHS, "test"), SETTINGS.model_copy(update={"shards": 1}))
    [(rows,)] = conn.execute("select rows from tier1.completion_marker where run_id = 'test'").fetchall()
    assert cells("test") == [[STAGES[0].name, "2 of 5", "1", "1", str(rows)]]


def test_a_run_from_before_there_was_such_a_table_shows_its_report(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    report = {"run_id": "old", "problems": [], "parameters": {"instance_id": "i-1"}, "stages": []}
    write_report(conn, report | {"instance": None, "cost": None})
    conn.execute("drop table tier1.stage_progress")
    page = run_page("tier1", "old").body.decode()
    assert "All is well" in page
    assert "no stage has begun" not in page


def test_a_run_without_a_stage(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    assert cells("test") == [["no stage has begun"]]
