"""Runs the operator as Airflow does, in one process: execute, defer, trigger, resume."""

import asyncio
import json
import pkgutil
from dataclasses import dataclass
from typing import Any

from airflow.sdk.exceptions import TaskDeferred
from airflow.triggers.base import BaseTrigger

from ec2_resize.operators import EC2ResizeInstanceOperator
from tests.ec2.simulator import WORK

CONTEXT: Any = {}  # the operator asks nothing of it


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


def operator(instance_id: str, instance_type: str = WORK, **arguments: Any) -> EC2ResizeInstanceOperator:
    arguments = {"poll_interval": 0.02, "timeout": 20, **arguments}
    return EC2ResizeInstanceOperator(
        task_id="resize", instance_id=instance_id, instance_type=instance_type, **arguments
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


def run(task: EC2ResizeInstanceOperator, crash: Crash | None = None) -> dict[str, Any]:
    """Run the task to its end. Each resumption is a new process in Airflow, hence a new operator here."""
    method, arguments = "execute", {}
    while True:
        if crash:
            client: Any = task.hook.conn
            client.meta.events.register("after-call.ec2", crash)
        try:
            return getattr(task, method)(CONTEXT, **arguments)
        except TaskDeferred as deferred:
            method = deferred.method_name
            event = fire(stored(deferred.trigger))
            arguments = json.loads(json.dumps({**(deferred.kwargs or {}), "event": event}))
            task = operator(
                task.instance_id, task.instance_type, poll_interval=task.poll_interval, timeout=task.timeout
            )
