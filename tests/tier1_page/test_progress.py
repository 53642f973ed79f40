"""The page shows how far the stages of a run have come."""

import re

import pytest

from embedded.connections import postgres_connection
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.report.model import Report, StageSummary
from include.stages import STAGES
from include.store.runs.reports import write_report
from include.store.schema import ensure_schema
from tests.store.history import MONTHS, SETTINGS, load_history
from tier1_page.routes.run import run_page

STAGE = STAGES[0]


def cells(run_id):
    """The page's table of progress, without the times."""
    page = run_page("tier1", run_id).body.decode()
    rows = re.findall("<tr>(<td.*)", page.split("How far the stages have come")[1])
    return [re.sub("<[^>]*>", "|", row.split("</tr>")[0]).split("|")[1:6] for row in rows]


def test_a_run_that_has_computed_a_part_of_its_months(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    conn.execute("update bqx.m1_eurusd set close = -1 where time = '2024-03-05 12:00+00'")
    with pytest.raises(ValueError, match=r"is -1\.0"):
        run_stage(database, Job(STAGE, MONTHS, "test"), SETTINGS.model_copy(update={"months_at_once": 1}))
    [(rows,)] = conn.execute("select rows from tier1.completion_marker where run_id = 'test'").fetchall()
    assert cells("test") == [[STAGE.name, "2 of 5", "1", "1", str(rows)]]


def test_a_run_from_before_there_was_such_a_table_shows_its_report(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    write_report(conn, Report(run_id="old", parameters={"instance_id": "i-1"}, problems=()))
    conn.execute("drop table tier1.stage_progress")
    page = run_page("tier1", "old").body.decode()
    assert "The run succeeded" in page
    assert "no stage has begun" not in page
    assert "refresh" not in page


def test_a_report_shows_its_stages_and_problems(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    stage = StageSummary(stage=STAGE.name, months=2, computed=1, rows=12345, columns=224, seconds=1.25)
    parameters = {"instance_id": "i-1"}
    write_report(conn, Report(run_id="x", parameters=parameters, problems=("a < b",), stages=(stage,)))
    page = run_page("tier1", "x").body.decode()
    assert "The run failed" in page
    assert "<li>a &lt; b</li>" in page
    assert '<th class="number">rows' in page
    assert '<td class="number">12,345<td class="number">224' in page


def test_a_report_is_linked_to_from_the_page_of_its_run(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    run_id = "manual__2026-01-01T00:00:00+00:00"
    write_report(conn, Report(run_id=run_id, parameters={"instance_id": "i-1"}, problems=()))
    link = 'href="../runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/report"'
    assert link in run_page("tier1", run_id).body.decode()
    assert "/report" not in run_page("tier1", "another").body.decode()


def test_a_report_that_cannot_be_read_says_so(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    ensure_schema(conn)
    conn.execute("insert into tier1.run_report (run_id, report) values ('torn', '{}')")
    page = run_page("tier1", "torn").body.decode()
    assert "The report could not be read" in page
    assert "Clear the task verdict" in page


def test_a_database_that_is_away_is_told_and_asked_again(database, monkeypatch):
    away = re.sub(r"/test_\w+", "/nowhere", database)
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(away))
    page = run_page("tier1", "x").body.decode()
    assert "cannot connect to" in page
    assert 'http-equiv="refresh"' in page


def test_a_run_without_a_stage(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    assert cells("test") == [["no stage has begun"]]
