"""The report of a run has a page of its own, for whoever may see the runs."""

import re
import subprocess
import sys

import pytest
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from embedded.connections import postgres_connection
from include.report.html import to_html
from include.settings import ROOT
from include.store.runs.reports import write_report
from include.store.schema import ensure_schema
from tests.report.reports import failed_report, full_report
from tests.tier1_page.made_up import succeeded
from tier1_page.app import app
from tier1_page.live import look

RUN_ID = full_report().run_id


@pytest.fixture
def asked(monkeypatch):
    """What the guard was asked; it lets in a user who may see `tier1`."""
    asked = []

    class AuthManager:
        def is_authorized_dag(self, **kwargs):
            asked.append((kwargs["details"].id, kwargs["access_entity"].value, kwargs["user"]))
            return kwargs["user"] == "a user"

    monkeypatch.setattr(security, "get_auth_manager", AuthManager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    return asked


@pytest.fixture
def browser(asked, database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "a user")
    return TestClient(app)


def test_the_page_is_the_report_as_it_was_stored(conn, browser, asked):
    write_report(conn, full_report())
    answer = browser.get(f"/runs/{RUN_ID.replace('+', '%2B')}/report")
    assert answer.status_code == 200
    assert answer.text == to_html(full_report())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert asked == [("tier1", "RUN", "a user")]


def test_a_run_that_failed_has_its_page(conn, browser):
    write_report(conn, failed_report())
    assert ": failed</h1>" in browser.get("/runs/scheduled/report").text


def test_whoever_may_not_see_the_runs_does_not_see_a_report(conn, browser, monkeypatch):
    write_report(conn, full_report())
    monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "a stranger")
    answer = browser.get(f"/runs/{RUN_ID}/report")
    assert answer.status_code == 403
    assert "TIER 1" not in answer.text


def test_a_run_without_a_report_says_so_and_repeats_nothing_unescaped(browser):
    answer = browser.get("/runs/<script>x<%2Fscript>/report")
    assert answer.status_code == 404
    answer = browser.get("/runs/<script>/report")
    assert answer.status_code == 404
    assert "The run has not written its report yet" in answer.text
    assert "&lt;script&gt;" in answer.text
    assert answer.text.count("<script>") == 1  # our own


def test_a_database_that_is_away_is_told(browser, database, monkeypatch):
    away = re.sub(r"/test_\w+", "/nowhere", database)
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(away))
    answer = browser.get("/runs/manual/report")
    assert answer.status_code == 503
    assert "cannot connect to" in answer.text


def test_a_report_that_cannot_be_read_says_so(conn, browser):
    ensure_schema(conn)
    conn.execute("insert into tier1.run_report (run_id, report) values ('torn', '{}')")
    answer = browser.get("/runs/torn/report")
    assert answer.status_code == 503
    assert "Clear the task verdict" in answer.text


def test_the_page_of_a_run_leads_to_its_report_and_shows_it(conn, browser, monkeypatch):
    write_report(conn, full_report())
    monkeypatch.setattr(look, "look", lambda run_id: succeeded())
    here = f"http://testserver/run/tier1?run_id={RUN_ID.replace('+', '%2B')}"
    page = browser.get(here).text
    links = re.findall(r'(?:href|src)="([^"]+/report)"', page)
    assert {browser.get(f"/run/{link}").text for link in links} == {to_html(full_report())}
    assert "<iframe" in page


def test_an_api_server_that_shows_no_report_loads_nothing_to_draw_with():
    script = (
        "import sys; sys.path[:0] = ['.', 'plugins']; import tier1_page.plugin;"
        "import tier1_page.stored_report, tier1_page.live.look;"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"
