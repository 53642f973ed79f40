"""Airflow's own tables in a database of the tests, and rows in them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.models.dagrun import DagRun
from airflow.models.xcom import XComModel
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from tests.conftest import Home, empty_database

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def airflow(server: Home) -> Iterator[Session]:
    """A session of Airflow's database; rows may lack what they refer to."""
    import_all_models()
    with empty_database(server) as url:
        engine = create_engine(
            url.replace("postgresql:", "postgresql+psycopg:"),
            connect_args={"options": "-c session_replication_role=replica"},
        )
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            yield session
        engine.dispose()


def add_run(
    session: Session, run_id: str, state: str = "success", minutes: float = 0.0, **given: Any
) -> None:
    """A run that began so many minutes after noon, and took one minute."""
    began = NOON + timedelta(minutes=minutes)
    ended = None if state == "running" else began + timedelta(minutes=1)
    values = {
        "dag_id": "tier1", "run_id": run_id, "run_type": "manual", "state": state, "run_after": began,
        "start_date": began, "end_date": ended,
    }  # fmt: skip
    session.execute(insert(DagRun.__table__).values(values | given))  # pyright: ignore[reportArgumentType]
    session.commit()


def leave(session: Session, run_id: str, task_id: str, key: str, value: Any, at: datetime = NOON) -> None:
    """An XCom of the run, as a task leaves it."""
    number = session.scalars(select(DagRun.id).where(DagRun.run_id == run_id)).one()
    values = {
        "dag_run_id": number, "dag_id": "tier1", "run_id": run_id, "task_id": task_id, "map_index": -1,
        "key": key, "value": value, "timestamp": at,
    }  # fmt: skip
    session.execute(insert(XComModel.__table__).values(values))  # pyright: ignore[reportArgumentType]
    session.commit()
