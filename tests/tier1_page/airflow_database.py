"""Airflow's own tables in a database of the tests, and rows in them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from sqlalchemy import Table, create_engine, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from tests.conftest import Home, empty_database

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def airflow(server: Home) -> Iterator[Session]:
    """A session of Airflow's database, with what the pages read; rows may lack what they refer to."""
    with empty_database(server) as url:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with Session(engine) as session:
            for table in (DagRun.__table__, TaskInstance.__table__, XComModel.__table__):
                session.execute(CreateTable(cast("Table", table), include_foreign_key_constraints=[]))
            session.commit()
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
        "start_date": began, "end_date": ended, "log_template_id": 1,
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
