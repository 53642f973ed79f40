"""The verdict writes the report whatever has happened, and says where it is."""

import logging
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from embedded.connections import postgres_connection
from include.report.markdown import to_markdown
from include.report.model import Standing
from include.store.runs.reports import read_report, replace_report
from include.store.schema import ensure_schema
from tests.ec2.simulator import BASE, Simulator
from tests.report.facts import CONTRADICTED, DOWNSIZE, HOLDS, STAGES, TASKS, UPSIZE
from tests.tier1_tasks.left import RUN_ID, params, task_instance
from tier1_tasks.names import DOWNSIZE as DOWN
from tier1_tasks.names import PREFLIGHT, VALIDATE
from tier1_tasks.names import UPSIZE as UP
from tier1_tasks.verdict import report_url, write_report

DAG = SimpleNamespace(
    dag_id="tier1",
    topological_sort=lambda: [SimpleNamespace(task_id=task) for task in (*TASKS, "verdict")],
)
INSTANCE: dict[str, Any] = {"type": BASE, "state": "running", "zone": "us-east-1a", "rung": "rung 1 of 3"}


@pytest.fixture(autouse=True)
def _connections(aws: Simulator, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aws
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))


def ended(states: dict[str, str | None], left: dict[tuple[str, str], Any]) -> Any:
    """The task instance of a verdict after tasks that have ended so."""
    ti = task_instance(left)
    pull = ti.xcom_pull
    # of several instances of a task it is a list, however many have left something
    ti.xcom_pull = lambda map_indexes=None, **of: (
        pull(**of) or ([] if isinstance(map_indexes, range) else None)
    )
    ti.get_task_states = lambda dag_id, run_ids: {RUN_ID: states}
    return ti


SUCCEEDED = {
    (PREFLIGHT, "return_value"): [{"first": "2024-01", "last": "2024-12"}],
    (UP, "return_value"): asdict(UPSIZE),
    (DOWN, "return_value"): asdict(DOWNSIZE),
    (VALIDATE, "return_value"): [asdict(HOLDS)],
    **{
        (task, "return_value"): [asdict(stage)]
        for task, stage in zip(("stage_2_3", "stage_2_4", "stage_2_16b"), STAGES, strict=True)
    },
}


def test_a_run_that_went_well_has_three_good_lines_and_its_page_is_told(
    conn, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "tier1")
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example/here/")
    ti = ended(dict.fromkeys(TASKS, "success"), SUCCEEDED)
    assert write_report(params(), DAG, ti, INSTANCE) == []
    report = read_report(conn, RUN_ID)
    assert report is not None
    assert report.verdict is not None
    lines = (report.verdict.work, report.verdict.validation, report.verdict.infrastructure)
    assert {line.standing for line in lines} == {Standing.WELL}
    assert report.receipt is not None
    assert report.receipt.on_demand_usd == pytest.approx(2 * 1.428)
    assert "The report of this run: https://airflow.example/here/tier1/runs/manual/report" in caplog.text


def test_a_claim_that_does_not_hold_makes_the_run_red_and_is_in_the_log(
    conn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tier1")
    states = dict.fromkeys(TASKS, "success") | {"validate": "failed", "publish": "upstream_failed"}
    left = {**SUCCEEDED, (VALIDATE, "return_value"): [asdict(HOLDS), asdict(CONTRADICTED)]}
    problems = write_report(params(), DAG, ended(states, left), INSTANCE)
    assert [it.partition(" ")[0] for it in problems] == ["validate", "publish"]
    assert "| momentum is recomputed | 1,000 values | 3 | 0.25 relative error |" in caplog.text


def test_a_run_of_which_nothing_is_known_has_a_report_that_says_so(conn, aws: Simulator) -> None:
    states = {**dict.fromkeys(TASKS, "upstream_failed"), "preflight": "failed", "upsize": "failed"}
    problems = write_report(params(), DAG, ended(states, {}), None)
    assert problems
    report = read_report(conn, RUN_ID)
    assert report is not None
    assert report.verdict is not None
    standings = (
        report.verdict.work.standing,
        report.verdict.validation.standing,
        report.verdict.infrastructure.standing,
    )
    assert standings == (Standing.NOT_WELL, Standing.UNKNOWN, Standing.UNKNOWN)
    assert (report.plan, report.spot, report.on_base_type) == (None, None, None)
    assert report.receipt is not None
    assert "upsize has not said how it ended" in report.receipt.unknown
    assert aws.calls() == []


def test_without_an_address_of_the_api_server_the_page_is_told_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "")
    assert report_url("manual__2026-01-01T00:00:00+00:00") == (
        "/tier1/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/report"
    )


def test_a_database_that_is_away_leaves_the_report_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "tier1")
    nowhere = postgres_connection("postgresql://nobody@127.0.0.1:1/nowhere")
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", nowhere)
    problems = write_report(params(), DAG, ended(dict.fromkeys(TASKS, "success"), SUCCEEDED), INSTANCE)
    assert problems[0].startswith("the report is in this log only")
    assert "# TIER 1 run manual" in caplog.text
    assert "The report of this run" not in caplog.text


def test_what_preflight_has_found_is_quoted_in_the_report(conn) -> None:
    states = {**dict.fromkeys(TASKS, "upstream_failed"), "preflight": "failed"}
    line = {"name": "quota", "result": "failed", "found": "32 of 16 vCPUs.", "what_to_do": "Ask AWS."}
    left = {(PREFLIGHT, "checks"): [line, line | {"name": "other", "result": "ok"}]}
    [why, others] = write_report(params(), DAG, ended(states, left), INSTANCE)
    assert why.startswith("preflight failed: quota: 32 of 16 vCPUs. Ask AWS. Fix the cause, then clear")
    assert others == "9 tasks did not run, because preflight failed: fix that first"
    wrong = params() | {"endmonth": "2024-01"}
    [why, _] = write_report(wrong, DAG, ended(states, {}), INSTANCE)
    assert "did you mean end_month?. A run that is cleared keeps" not in why
    assert "trigger a new run instead" in why
    report = read_report(conn, RUN_ID)
    assert report is not None
    assert report.verdict is not None
    assert report.verdict.infrastructure.standing is Standing.WELL


def test_parameters_that_preflight_has_not_failed_for_are_not_what_a_run_failed_for() -> None:
    """An update of the product may refuse what it took when the run was triggered."""
    wrong = params() | {"endmonth": "2024-01"}
    states = dict.fromkeys(TASKS, "success") | {"stage_2_3": "failed", "publish": "upstream_failed"}
    problems = write_report(wrong, DAG, ended(states, SUCCEEDED), INSTANCE)
    assert "publish did not run, because stage_2_3 failed: fix that first" in problems


def test_a_run_that_is_cleared_keeps_what_it_cost_before(conn) -> None:
    write_report(params(), DAG, ended(dict.fromkeys(TASKS, "success"), SUCCEEDED), INSTANCE)
    first = read_report(conn, RUN_ID)
    again = {**SUCCEEDED, (UP, "return_value"): asdict(UPSIZE) | {"started": "2026-01-01T10:01:00+00:00"}}
    write_report(params(), DAG, ended(dict.fromkeys(TASKS, "success"), again), INSTANCE)
    second = read_report(conn, RUN_ID)
    assert first is not None
    assert second is not None
    assert first.receipt is not None
    assert second.receipt is not None
    assert second.receipt.earlier_usd == first.receipt.total_usd


def test_a_report_of_before_that_cannot_be_read_makes_what_the_run_cost_unknown(
    conn, caplog: pytest.LogCaptureFixture
) -> None:
    ensure_schema(conn)
    replace_report(conn, RUN_ID, {"run_id": RUN_ID})
    write_report(params(), DAG, ended(dict.fromkeys(TASKS, "success"), SUCCEEDED), INSTANCE)
    report = read_report(conn, RUN_ID)
    assert report is not None
    assert report.receipt is not None
    assert report.receipt.total_usd is None
    assert "the report before could not be read" in report.receipt.why_no_total
    assert "Not known: the report before could not be read" in to_markdown(report)
