"""Runs the operator as Airflow does, in one process: execute, defer, trigger, resume."""

import asyncio
import inspect
import json
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow.sdk.exceptions import TaskDeferred
from airflow.triggers.base import BaseTrigger

from ec2_resize.operator import EC2ResizeInstanceOperator
from tests.ec2.simulator import WORK

DURATIONS = {
    "patience",
    "fallback_patience",
    "first_pause",
    "timeout",
    "busy_patience",
    "impaired_patience",
}


class TaskInstance:
    """What the operator asks of Airflow's: to keep a value."""

    def __init__(self) -> None:
        self.xcom: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcom[key] = json.loads(json.dumps(value))


class CrashError(BaseException):
    """The process is gone; nothing may catch this."""


@dataclass
class Crash:
    """Dies after so many API calls of the operator. The last one has taken effect."""

    after_calls: int

    def __call__(self, **_: object) -> None:
        self.after_calls -= 1
        if self.after_calls == 0:
            raise CrashError


def operator(instance_id: str, instance_type: Any = WORK, **arguments: Any) -> EC2ResizeInstanceOperator:
    """The operator, quick; durations may be given in seconds."""
    defaults = {
        "poll_interval": 0.02,
        "timeout": 20,
        "first_pause": 0.02,
        "busy_patience": 0.3,
        "lease_run": "run",
        "lease_dag": "tier1",
        "installation_variable": "tier1_installation",
    }
    given = {
        name: timedelta(seconds=value) if name in DURATIONS and not isinstance(value, timedelta) else value
        for name, value in (defaults | arguments).items()
    }
    return EC2ResizeInstanceOperator(
        task_id="resize", instance_id=instance_id, instance_type=instance_type, **given
    )


def stored(trigger: BaseTrigger) -> BaseTrigger:
    """What comes out of the database again."""
    path, arguments = trigger.serialize()
    return pkgutil.resolve_name(path)(**json.loads(json.dumps(arguments)))


def fire(trigger: BaseTrigger) -> dict[str, Any]:
    """The event of a trigger."""

    async def first() -> dict[str, Any]:
        async for event in trigger.run():
            return event.payload
        raise AssertionError("the trigger ended without an event")

    return asyncio.run(first())


def run(
    task: EC2ResizeInstanceOperator, crash: Crash | None = None, ti: TaskInstance | None = None
) -> dict[str, Any]:
    """Run the task to its end. Each resumption is a new process in Airflow, hence a new operator here."""
    context: Any = {"ti": ti or TaskInstance()}
    method, arguments = "execute", {}
    while True:
        try:
            with crashing(task, crash):
                return getattr(task, method)(context, **arguments)
        except TaskDeferred as deferred:
            method = deferred.method_name
            event = fire(stored(deferred.trigger))
            arguments = json.loads(json.dumps({**(deferred.kwargs or {}), "event": event}))
            task = again(task)


@contextmanager
def crashing(task: EC2ResizeInstanceOperator, crash: Crash | None) -> Iterator[None]:
    """Let the task's calls count."""
    if crash is None:
        yield
        return
    events = task._aws.ec2.meta.events
    events.register("after-call.ec2", crash)
    try:
        yield
    finally:
        events.unregister("after-call.ec2", crash)


def again(task: EC2ResizeInstanceOperator) -> EC2ResizeInstanceOperator:
    """The same task in a new process."""
    names = inspect.signature(EC2ResizeInstanceOperator).parameters.keys() - {"kwargs"}
    return operator(**{name: getattr(task, name) for name in names})
