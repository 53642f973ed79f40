"""The last runs stand side by side on one scale, and each leads to its own page."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from embedded.connections import postgres_connection
from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.tables import usd
from include.store.runs.reports import write_report
from include.store.runs.stage_progress import Progress, write_progress
from include.store.schema import ensure_schema
from tests.report.reports import facts, failed_facts
from tests.tier1_page import made_up
from tests.tier1_page.airflow_database import NOON, add_run
from tests.tier1_page.people import NOT_SEEN, SMALL_NOW
from tier1_page.app import app
from tier1_page.history import page, runs
from tier1_page.history.figures import look_at_figures
from tier1_page.history.page import history
from tier1_page.history.runs import MOST, last_runs
from tier1_page.history.view import HistoryView
from tier1_page.shared_look import Seen, SharedLook, SharedLooks


@pytest.fixture(autouse=True)
def _database(conn, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))


def seen(value):
    return Seen(value, datetime.now(UTC))


def view_of(airflow):
    runs = last_runs(airflow)
    return history(seen(runs), seen(look_at_figures([run.run_id for run in runs])), SMALL_NOW)


def runs_of(airflow):
    return {run.run_id: run for run in view_of(airflow).runs}


def test_the_last_runs_are_there_the_latest_first(airflow):
    for number in range(MOST + 2):
        add_run(airflow, f"run {number}", minutes=number)
    add_run(airflow, "of the guard", dag_id="tier1_guard")
    found = [run.run_id for run in view_of(airflow).runs]
    assert found == [f"run {number}" for number in range(MOST + 1, 1, -1)]


def test_a_run_has_its_times_its_rows_its_cost_and_its_verdict(conn, airflow):
    add_run(airflow, "done")
    report = build_report(replace(facts(), run_id="done"))
    write_report(conn, report)
    run = runs_of(airflow)["done"]
    assert (run.state, run.began, run.seconds, run.months) == ("success", NOON, 60.0, "2024-01 .. 2024-12")
    assert [(it.title, it.seconds, it.computed) for it in run.stages] == [
        ("2.3", 55.0, 12), ("2.4", 25.0, 12), ("2.16B", 13.0, 12)
    ]  # fmt: skip
    assert run.rows_per_second == pytest.approx(3 * 12 * 31_000 / 93)
    assert run.usd == report.receipt.total_usd > report.cost.total_usd > 0
    assert run.cost == "t3.2xlarge for 2 min, c7i.8xlarge for 6 min"
    assert [line.what for line in run.verdict] == ["work", "validation", "infrastructure"]
    assert (run.note, run.problems) == ("", report.problems)


def test_a_run_costs_the_same_here_on_its_own_page_and_in_its_report(conn, airflow):
    add_run(airflow, "done")
    report = build_report(replace(facts(), run_id="done"))
    write_report(conn, report)
    over = made_up.run("success", {"upsize": "success"})
    own = made_up.page(over, database=made_up.seen(made_up.database(report=report)))
    assert runs_of(airflow)["done"].usd == own.cost.so_far_usd
    assert f"All together: {usd(own.cost.so_far_usd)}." in to_markdown(report)


def test_a_run_that_was_cleared_has_cost_what_all_its_attempts_did(conn, airflow):
    add_run(airflow, "cleared")
    first = replace(facts(), run_id="cleared")
    before = build_report(replace(first, upsize=replace(first.upsize, started="2026-01-05T10:00:09+00:00")))
    report = build_report(first, before)
    write_report(conn, report)
    found = runs_of(airflow)["cleared"]
    assert found.usd == report.receipt.total_usd > before.receipt.total_usd
    assert "; earlier attempts for 8 min" in found.cost


def test_a_run_that_was_cleared_says_what_of_its_earlier_attempts_is_not_known(conn, airflow):
    add_run(airflow, "cleared")
    own = replace(facts(), run_id="cleared")
    left_big = replace(own, downsize=None, tasks=own.tasks | {"downsize": "failed"})
    before = replace(left_big, upsize=replace(own.upsize, started="2026-01-05T10:00:09+00:00"))
    write_report(conn, build_report(own, build_report(before)))
    found = runs_of(airflow)["cleared"]
    assert found.usd is None
    assert "; of earlier attempts: downsize has not said how it ended" in found.cost


def test_what_nobody_knows_costs_no_zero(conn, airflow):
    add_run(airflow, "silent", "failed")
    tasks = facts().tasks | {"upsize": "failed"}
    report = build_report(replace(facts(), run_id="silent", tasks=tasks, upsize=None, downsize=None))
    write_report(conn, report)
    assert runs_of(airflow)["silent"].usd is None
    own = made_up.page(made_up.run("failed", {"upsize": "failed"}),
                       database=made_up.seen(made_up.database(report=report)))  # fmt: skip
    assert own.cost.so_far_usd is None
    assert "upsize has not said how it ended" in own.cost.unknown


def test_all_runs_have_one_scale(conn, airflow):
    for name, factor in [("long", 3), ("short", 1)]:
        add_run(airflow, name)
        stages = tuple(replace(it, seconds=factor * it.seconds) for it in facts().stages)
        write_report(conn, build_report(replace(facts(), run_id=name, stages=stages)))
    assert view_of(airflow).longest_seconds == 165.0


def test_a_run_that_is_at_work_shows_how_far_its_stages_are(conn, airflow):
    add_run(airflow, "now", "running")
    ensure_schema(conn)
    write_progress(conn, Progress("now", "currency_indices", 12, 2, computed=4, rows=120_000, seconds=30.0))
    run = runs_of(airflow)["now"]
    first, *others = run.stages
    assert (first.seconds, first.computed, first.months, first.is_over) == (30.0, 4, 12, False)
    assert [it.seconds for it in others] == [None, None]
    assert (run.seconds, run.note, run.cost) == (None, "", "unknown")


def test_a_run_that_was_cleared_does_not_bear_the_verdict_of_its_earlier_try(conn, airflow):
    add_run(airflow, "again", "running")
    write_report(conn, build_report(replace(facts(), run_id="again")))
    run = runs_of(airflow)["again"]
    assert (run.verdict, run.usd, run.cost, run.note) == ((), None, "unknown", "")


def test_a_run_that_failed_says_what_is_not_well(conn, airflow):
    add_run(airflow, "scheduled", "failed")
    write_report(conn, build_report(failed_facts()))
    run = runs_of(airflow)["scheduled"]
    assert run.usd == build_report(failed_facts()).receipt.total_usd
    assert "downsize has not said how it ended" in run.cost
    assert [line.standing.value for line in run.verdict] == ["not well", "unknown", "unknown"]
    assert run.problems


def test_a_run_without_a_resize_costs_nothing_extra(conn, airflow):
    add_run(airflow, "small")
    untouched = replace(
        facts(), run_id="small", upsize=None, downsize=None, no_resize="the parameter says so"
    )
    write_report(conn, build_report(untouched))
    assert (runs_of(airflow)["small"].usd, runs_of(airflow)["small"].cost) == (0.0, "no resize")


def test_reports_that_are_missing_or_torn_are_said_to_be(conn, airflow):
    add_run(airflow, "torn")
    add_run(airflow, "none", "failed")
    ensure_schema(conn)
    conn.execute("insert into tier1.run_report (run_id, report) values ('torn', '{}')")
    runs = runs_of(airflow)
    assert "cannot be read" in runs["torn"].note
    assert runs["none"].note == "it has written no report"
    assert runs["none"].cost == "unknown"


def test_a_database_without_the_schema_has_runs_without_figures(airflow):
    add_run(airflow, "early")
    assert [it.seconds for it in runs_of(airflow)["early"].stages] == [None] * 3


def test_without_the_feature_database_runs_are_listed_and_nothing_is_made_up(airflow):
    add_run(airflow, "done")
    view = history(seen(last_runs(airflow)), Seen(None, None, "cannot connect to it"), SMALL_NOW)
    [run] = view.runs
    assert (run.state, run.usd, run.stages, run.cost) == ("success", None, (), "unknown")
    assert [(it.what, it.why) for it in view.troubles] == [
        ("The figures of the runs", "cannot connect to it")
    ]


@pytest.fixture
def browser(airflow, somebody, monkeypatch):
    monkeypatch.setattr(runs, "RUNS", SharedLook(lambda: last_runs(airflow), seconds=0, patience=60))
    monkeypatch.setattr(page, "see_offered", lambda: SMALL_NOW)
    monkeypatch.setattr(page, "FIGURES", SharedLooks(look_at_figures, seconds=0, patience=60))
    return TestClient(app)


def test_each_run_has_a_picture_with_its_words_and_leads_to_its_page(conn, airflow, browser):
    run_id = "manual__2026-01-05T10:00:00+00:00"
    add_run(airflow, run_id)
    write_report(conn, build_report(facts()))
    shown = browser.get("/runs").text
    [href] = re.findall(r'href="([^"]+)" id="run-1"', shown)
    assert href == f"../dags/tier1/runs/{run_id.replace(':', '%3A').replace('+', '%2B')}/plugin/tier1"
    [picture] = re.findall("<svg.*?</svg>", shown, re.DOTALL)
    named = re.search('aria-labelledby="([^"]+)"', picture)[1].split()
    assert [re.search(f'id="{it}">([^<]+)', picture)[1] for it in named] == [
        f"How long the stages of {run_id} took",
        "2.3: 55 s; 2.4: 25 s; 2.16B: 13 s; the scale ends at 55 s",
    ]
    assert re.findall(r'class="done" y="[\d.]+" width="([\d.]+)"', picture) == ["100.00", "45.45", "23.64"]
    assert " style=" not in shown


def test_what_a_person_can_name_is_escaped(airflow, browser):
    add_run(airflow, "<script>x</script>")
    shown = browser.get("/runs").text
    assert "&lt;script&gt;x" in shown
    assert "<script>x" not in shown


def test_before_the_first_run_it_is_said_where_to_start(airflow, browser):
    assert "There is no run yet" in browser.get("/runs").text


def test_the_same_view_is_there_as_json(conn, airflow, browser):
    add_run(airflow, "done")
    write_report(conn, build_report(replace(facts(), run_id="done")))
    answer = browser.get("/runs", headers={"Accept": "application/json"})
    [run] = HistoryView.model_validate_json(answer.text).runs
    assert run.rows_per_second == pytest.approx(12_000)
    assert run.stages[0].seconds == 55.0


def test_on_top_it_says_whether_the_instance_is_small(airflow, browser, monkeypatch):
    add_run(airflow, "done")
    shown = browser.get("/runs").text
    assert shown.index("t3.2xlarge") < shown.index("done</a>")
    assert 'data-say="i-1 is small: t3.2xlarge, running. The last run, done: success."' in shown
    monkeypatch.setattr(page, "see_offered", lambda: NOT_SEEN)
    assert "AWS has not answered yet" in browser.get("/runs").text
