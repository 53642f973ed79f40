"""The pages are for people who may see the run, and for nobody else."""

import re

import pytest
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from include.settings import ROOT
from tier1_page.app import app
from tier1_page.routes.run import run_page


def guards(route: APIRoute):
    """All functions that a request to the route has to pass."""
    todo, found = list(route.dependant.dependencies), []
    while todo:
        dependant = todo.pop()
        found.append(dependant.call)
        todo += dependant.dependencies
    return found


def asks_for_the_dag(route: APIRoute):
    return any(guard.__qualname__.startswith("requires_access_dag.") for guard in guards(route))


def test_every_route_asks_who_is_there_and_whether_they_may_see_the_dag():
    """But for the one that workers ask (test_workers)."""
    assert [route.path for route in app.routes] == ["/run/{dag_id}", "/runs/{run_id}/report", "/workers"]
    for route in app.routes[:2]:
        assert isinstance(route, APIRoute)
        assert get_user in guards(route)
        assert asks_for_the_dag(route)


def test_an_app_without_a_guard_would_be_noticed():
    open_app = FastAPI(openapi_url=None)
    open_app.get("/run", dependencies=[Depends(lambda: None)])(lambda: None)
    (route,) = open_app.routes
    with pytest.raises(AssertionError):
        assert get_user in guards(route)
    assert not asks_for_the_dag(route)


@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 403)])
def test_whoever_may_not_see_the_run_does_not_see_its_page(monkeypatch, allowed, status):
    asked = []

    class AuthManager:
        def is_authorized_dag(self, **kwargs):
            asked.append((kwargs["details"].id, kwargs["user"]))
            return allowed

    monkeypatch.setattr(security, "get_auth_manager", AuthManager)
    monkeypatch.setattr(security.DagModel, "get_team_name", lambda dag_id: None)
    monkeypatch.setitem(app.dependency_overrides, get_user, lambda: "a user")
    answer = TestClient(app).get("/run/another", params={"run_id": "manual"})
    assert answer.status_code == status
    assert ("another has none" in answer.text) == allowed
    assert asked == [("another", "a user")]


def test_the_style_is_part_of_the_page():
    page = run_page("another", "manual").body.decode()
    assert (ROOT / "plugins/tier1_page/static/page.css").read_text() in page
    assert not re.search(r"<(link|script|img)", page)


def test_what_a_person_can_name_is_escaped():
    page = run_page("<i>", "manual").body.decode()
    assert "&lt;i&gt; has none" in page
    assert "<i>" not in page
