"""A task that runs on the instance."""

from __future__ import annotations

import sys
from typing import Any

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import Context
from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.triggers.base import StartTriggerArgs

from include.settings import settings
from tier1_tasks.gates import only_if
from tier1_tasks.host.placement import MORE_HOSTS, ON_THE_INSTANCE, worker_reports
from tier1_tasks.planned import WHY

S = settings()

TOLD_TO_END = "it was told to end: somebody has marked it, or its machine is being shut down"


def wait_for_worker(param: str = "") -> StartTriggerArgs:
    """Return how a task waits for its worker."""
    return StartTriggerArgs(
        trigger_cls="tier1_tasks.host.trigger.WorkerTrigger",
        trigger_kwargs={
            "queue": S.stage_queue,
            "param": param,
            "patience": S.worker_wait_minutes.total_seconds(),
            "grows": S.stage_retries > 0,
            "more_hosts": list(MORE_HOSTS),
        },
        next_method=OnInstanceOperator.when_worker_reports.__name__,
    )


class OnInstanceOperator(PythonOperator):
    """Call a function on the instance.

    Where a worker on the instance is to run it (`placement`), the task begins in the triggerer, which waits
    until that worker reports (`WorkerTrigger`). Queued for a worker that is not there, a task would sit
    for half an hour, then fail for good: with Airflow 3.3.2 its `retries` do not count then, and only the
    audit log says why.

    Args:
        param: the run's parameter that turns the task off; empty for none.
        kwargs: those of a PythonOperator.
    """

    def __init__(self, *, param: str = "", **kwargs: Any) -> None:
        if param:  # where it does not begin in the triggerer
            kwargs["pre_execute"] = only_if(param)
        super().__init__(**ON_THE_INSTANCE | kwargs)
        self.start_from_trigger = worker_reports()
        self.start_trigger_args = wait_for_worker(param)

    @classmethod
    def for_each(cls, shards: Any, **kwargs: Any) -> MappedOperator:
        """Make a task that is mapped over the shards of the run: each is the function's arguments."""
        task = cls.partial(**ON_THE_INSTANCE, **kwargs).expand(op_kwargs=shards)
        # Airflow takes them from here, before it knows the shards: they are the same for each
        task.start_from_trigger = worker_reports()
        task.start_trigger_args = wait_for_worker()
        return task

    def execute(self, context: Context) -> Any:
        """Call it, and leave word for the report where it fails: its machine may be gone soon."""
        ti: Any = context.get("ti")
        ti.xcom_push(key=WHY, value="")
        try:
            return super().execute(context)
        except (Exception, SystemExit, AirflowTaskTimeout) as error:
            ti.xcom_push(key=WHY, value=str(error) or type(error).__name__)
            raise

    def on_kill(self) -> None:
        """End at once, while Airflow can still be told: the machine may be about to stop."""
        sys.exit(TOLD_TO_END)

    def when_worker_reports(self, context: Context, event: Any) -> Any:
        """Go on, on the worker."""
        return self.execute(context)
