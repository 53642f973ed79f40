"""Who listens on a queue is told to those who hold the secret of the workers, and to nobody else."""

import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from airflow.api_fastapi.common.db.common import _get_session
from airflow.providers.edge3.models.edge_worker import EdgeWorkerModel, EdgeWorkerState
from airflow.providers.edge3.worker_api import auth
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tier1_page.app import app
from tier1_tasks.host.workers import ROUTE, Worker

SECRET = "the secret that the workers have " * 2  # HS512 wants 64 bytes
ANOTHER_SECRET = "not the one that the workers have" * 2
NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def client(database, monkeypatch):
    """An API server that knows two workers."""
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SECRET)
    auth.jwt_validator.cache_clear()
    engine = create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    EdgeWorkerModel.metadata.tables["edge_worker"].create(engine)
    with Session(engine) as session:
        for name, queues, seen in [("i-1", ["big"], NOW), ("i-2", None, None)]:
            session.add(EdgeWorkerModel(name, EdgeWorkerState.IDLE, queues, last_update=seen))
        session.commit()
        monkeypatch.setitem(app.dependency_overrides, _get_session, lambda: session)
        yield TestClient(app)
    engine.dispose()
    auth.jwt_validator.cache_clear()


def token(secret=SECRET, method=ROUTE, seconds=30):
    now = int(time.time())
    claims = {"aud": "api", "iat": now, "nbf": now, "exp": now + seconds, "method": method}
    return {"Authorization": jwt.encode(claims, secret, algorithm="HS512")}


def test_a_worker_is_told_of_all_workers(client):
    answer = client.get("/workers", headers=token())
    assert answer.status_code == 200
    assert [Worker.of(it) for it in answer.json()] == [
        Worker("i-1", ["big"], "idle", NOW),
        Worker("i-2", None, "idle", None),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        token(secret=ANOTHER_SECRET),
        token(method="jobs/fetch"),
        token(seconds=-600),
    ],
    ids=["of another secret", "for something else", "expired"],
)
def test_others_are_refused(client, headers):
    assert client.get("/workers", headers=headers).status_code == 403


def test_strangers_are_refused(client):
    assert client.get("/workers").status_code == 422


def test_a_worker_has_reported_when_it_listens_and_was_heard_of_since():
    worker = Worker("i-1", ["big"], "idle", NOW)
    assert worker.has_reported_since(NOW - timedelta(seconds=1))
    assert not worker.has_reported_since(NOW)
    assert not Worker("i-1", ["big"], "unknown", NOW).has_reported_since(NOW - timedelta(seconds=1))
    assert not Worker("i-1", ["big"], "idle", None).has_reported_since(NOW)
