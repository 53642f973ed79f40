"""The page is for people who may see the run, and for nobody else."""

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from tier1_page.app import app


def guards(route: APIRoute):
    """The names of all functions that a request to the route has to pass."""
    todo, found = list(route.dependant.dependencies), []
    while todo:
        dependant = todo.pop()
        found.append(dependant.call)
        todo += dependant.dependencies
    return found


def test_every_route_asks_who_is_there():
    assert [route.path for route in app.routes] == ["/run/{dag_id}"]
    for route in app.routes:
        assert isinstance(route, APIRoute)
        assert get_user in guards(route)


def test_an_app_without_a_guard_would_be_noticed():
    open_app = FastAPI(openapi_url=None)
    open_app.get("/run", dependencies=[Depends(lambda: None)])(lambda: None)
    (route,) = open_app.routes
    with pytest.raises(AssertionError):
        assert get_user in guards(route)
