"""The pages are for people who may see the runs, and for nobody else; what they show does no harm."""

import base64
import hashlib
import re
from urllib.parse import urljoin

import pytest
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import get_user
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.tier1_page import made_up
from tier1_page.app import app
from tier1_page.live import look
from tier1_page.live.model import RunPage
from tier1_page.plugin import Tier1Page

OURS = {"run_id": "manual__1", "dag_id": "tier1"}
# it asks for a worker's token (test_workers)
OF_WORKERS = "/workers"
ROUTES = [it for it in app.routes if isinstance(it, APIRoute) and it.path != OF_WORKERS]


def address(route: APIRoute) -> str:
    return route.path.format(**OURS) + "?run_id=manual__1"


@pytest.fixture
def browser(monkeypatch):
    """Whoever is logged in as `a user` may see the DAG `tier1`; another one may not."""

    class AuthManager:
        def is_authorized_dag(self, **kwargs):
            return kwargs["user"] == "a user" and kwargs["details"].id == "tier1"

    monkeypatch.setattr(security, "get_auth_manager", AuthManager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    monkeypatch.setattr(look, "look", lambda run_id: made_up.page())
    return TestClient(app)


def log_in(monkeypatch, user: str) -> None:
    monkeypatch.setitem(app.dependency_overrides, get_user, lambda: user)


def test_there_is_nothing_below_tier1_but_routes_that_are_tested_here():
    assert [it.path for it in app.routes if it not in ROUTES] == [OF_WORKERS]
    assert {method for it in ROUTES for method in it.methods} == {"GET"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda it: it.path)
def test_strangers_are_asked_to_log_in(browser, route):
    assert browser.get(address(route)).status_code == 401


@pytest.mark.parametrize("route", ROUTES, ids=lambda it: it.path)
def test_whoever_may_not_see_the_dag_sees_nothing_of_it(browser, monkeypatch, route):
    log_in(monkeypatch, "another role")
    answer = browser.get(address(route))
    assert answer.status_code == 403
    assert "TIER 1" not in answer.text


def test_a_route_without_a_guard_would_be_noticed():
    app_without = FastAPI()
    app_without.get("/open")(lambda: "come in")
    assert TestClient(app_without).get("/open").status_code != 401


def test_another_dag_has_no_page_and_is_not_shown_by_ours(browser, monkeypatch):
    log_in(monkeypatch, "a user")
    assert browser.get("/run/another?run_id=x").status_code == 403


def test_only_our_own_style_and_script_may_run(browser, monkeypatch):
    log_in(monkeypatch, "a user")
    answer = browser.get("/run/tier1", params=OURS)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for element in ("style", "script"):
        inline = re.findall(rf"<{element}>(.*?)</{element}>", answer.text, re.DOTALL)
        found = base64.b64encode(hashlib.sha256("".join(inline).encode()).digest()).decode()
        assert f"{element}-src 'sha256-{found}'" in policy
    assert not re.search(r"<(link|img)|\son\w+=|\sstyle=|https?://", answer.text)


def test_what_a_person_can_name_is_escaped(browser, monkeypatch):
    log_in(monkeypatch, "a user")
    markup = "<script>alert(1)</script>"
    named = made_up.page().model_copy(update={"run_id": markup, "title": markup, "say": f'"{markup}'})
    monkeypatch.setattr(look, "look", lambda run_id: named)
    answer = browser.get("/run/tier1", params=OURS)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_the_same_page_again_is_an_empty_answer_and_another_one_is_not(browser, monkeypatch):
    log_in(monkeypatch, "a user")
    first = browser.get("/run/tier1", params=OURS)
    tag = {"If-None-Match": first.headers["etag"]}
    again = browser.get("/run/tier1", params=OURS, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    monkeypatch.setattr(look, "look", lambda run_id: made_up.failed())
    assert browser.get("/run/tier1", params=OURS, headers=tag).status_code == 200


def test_who_wants_json_gets_what_the_page_shows(browser, monkeypatch):
    log_in(monkeypatch, "a user")
    answer = browser.get("/run/tier1", params=OURS, headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/json"
    assert RunPage.model_validate_json(answer.text) == made_up.page()


def test_a_run_that_airflow_does_not_have_is_said_to_be_gone(browser, monkeypatch):
    def gone(run_id):
        raise look.NoSuchRunError(run_id)

    log_in(monkeypatch, "a user")
    monkeypatch.setattr(look, "look", gone)
    answer = browser.get("/run/tier1", params={"run_id": "<b>"})
    assert answer.status_code == 404
    assert "no run <b>&lt;b&gt;</b>" in answer.text


def test_no_answer_of_airflows_database_is_told(browser, monkeypatch):
    log_in(monkeypatch, "a user")
    monkeypatch.setattr(look, "look", lambda run_id: None)
    assert browser.get("/run/tier1", params=OURS).status_code == 503


@pytest.mark.parametrize("path", ["", "/airflow"])
def test_links_fit_below_whatever_path_airflow_lives(browser, monkeypatch, path):
    log_in(monkeypatch, "a user")
    server = FastAPI(root_path=path)
    server.mount("/tier1", app)
    here = f"http://testserver{path}/tier1/run/tier1?run_id=x"
    answer = TestClient(server).get(here)
    links = re.findall(r'href="([^"]+stage_2_4[^"]+)"', answer.text)
    assert answer.status_code == 200
    assert links
    assert {urljoin(here, it).split("/dags/")[0] for it in links} == {f"http://testserver{path}"}


def test_the_tabs_are_below_the_path_of_the_ui():
    assert not [it for it in Tier1Page.external_views if it["href"].startswith("/")]
