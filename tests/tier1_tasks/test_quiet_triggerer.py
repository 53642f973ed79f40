"""Of what the triggerer writes into the log of a task, only what the trigger says is left, and errors."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from airflow.jobs.triggerer_job_runner import TriggerRunner
from airflow.triggers.base import BaseTrigger, TriggerEvent
from structlog.testing import LogCapture

from tier1_tasks.names import DAG_ID
from tier1_tasks.quiet_triggerer import quiet_triggerer


class Quiet(BaseTrigger):
    def __init__(self, *, fails=False):
        super().__init__()
        quiet_triggerer()
        self.fails = fails

    def serialize(self):
        return "", {}

    async def run(self):
        structlog.get_logger().info("Waiting for a worker")
        if self.fails:
            structlog.get_logger().error("Cannot wait for the worker")
        yield TriggerEvent({})


@pytest.fixture
def written():
    before, capture = structlog.get_config(), LogCapture()
    structlog.configure(
        processors=[capture],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    yield capture
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def triggered(written, monkeypatch, dag_id=DAG_ID, **options):
    """What stands in the log of a task whose trigger was run by Airflow's triggerer."""
    monkeypatch.setattr(TriggerRunner, "log", structlog.get_logger())  # as in a process that has just begun
    runner: Any = TriggerRunner()
    trigger: Any = Quiet(**options)
    trigger._task_instance = SimpleNamespace(
        id=1,
        dag_id=dag_id,
        task_id="stage_2_4",
        run_id="manual",
        try_number=1,
        map_index=0,
        context_carrier=None,
    )
    runner.triggers[1] = {
        "task": None,
        "is_watcher": False,
        "name": "tier1/manual/stage_2_4/0/1",
        "events": 0,
    }
    asyncio.run(runner.run_trigger(1, trigger))
    assert len(runner.events) == 1
    return [it["event"] for it in written.entries]


def test_that_a_trigger_starts_fires_and_ends_is_not_written(written, monkeypatch):
    assert triggered(written, monkeypatch) == ["Waiting for a worker"]


def test_errors_are_written(written, monkeypatch):
    said = triggered(written, monkeypatch, fails=True)
    assert said == ["Waiting for a worker", "Cannot wait for the worker"]


def test_the_tasks_of_other_dags_keep_their_lines(written, monkeypatch):
    said = triggered(written, monkeypatch, dag_id="another")
    assert said == [
        "trigger tier1/manual/stage_2_4/0/1 starting",
        "Waiting for a worker",
        "Trigger fired event",
        "trigger completed",
    ]
