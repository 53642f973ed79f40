"""The triggerer, as far as one trigger notices it: its task, and what the supervisor answers."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from airflow.api_fastapi.execution_api.datamodels.taskinstance import DagRun
from airflow.executors.workloads import TaskInstanceDTO
from airflow.jobs.triggerer_job_runner import TriggerRunner, TriggerRunnerSupervisor
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG
from airflow.sdk.execution_time.comms import GetTaskStates, GetXCom, TaskStatesResult, XComResult
from airflow.serialization.serialized_objects import DagSerialization
from airflow.triggers.base import TriggerEvent

from tests.ec2.driver import stored
from tests.ec2.simulator import HERE
from tests.tier1_tasks.host.api_server import QUEUE
from tier1_tasks.form import PARAMS
from tier1_tasks.host.operator import OnInstanceOperator
from tier1_tasks.host.trigger import WorkerTrigger
from tier1_tasks.names import DOWNSIZE, PREFLIGHT
from tier1_tasks.planned import IDENTITY_KEY

RUN_ID = "manual"


class Supervisor:
    """Answers for the API server; what the triggerer's own one cannot read, that one never answers."""

    def __init__(self) -> None:
        self.downsize: str | None = None  # the state of the task

    def send(self, msg: Any) -> Any:
        TriggerRunnerSupervisor.decoder.validate_python(msg.model_dump())
        match msg:
            case GetXCom(task_id=task, key=key):
                return XComResult(key=key, value=HERE if (task, key) == (PREFLIGHT, IDENTITY_KEY) else None)
            case GetTaskStates(run_ids=[run_id]):
                return TaskStatesResult(task_states={run_id: {DOWNSIZE: self.downsize}})
        raise AssertionError(f"not expected: {msg}")


def the_dag() -> DAG:
    with DAG("tier1", schedule=None, params=PARAMS) as dag:
        stage = OnInstanceOperator(task_id="stage", python_callable=print)
        settled = EmptyOperator(task_id=PREFLIGHT)
        shards = OnInstanceOperator.for_each(
            settled.output, task_id="stage_in_shards", python_callable=print, map_index_template="{{ task }}"
        )
        [stage, shards] >> EmptyOperator(task_id=DOWNSIZE)
    return dag


def waiting(
    instance_id: str,
    *,
    try_number: int = 1,
    param: str = "",
    patience: float = 5,
    grows: bool = False,
    more_hosts: Sequence[str] = (),
    **conf: Any,
) -> WorkerTrigger:
    """A trigger as the triggerer has it from the database, with the task instance that it makes."""
    given = WorkerTrigger(QUEUE, param, patience, grows=grows, more_hosts=more_hosts)
    trigger: Any = stored(given)
    trigger.task_instance = task_instance(try_number, {"instance_id": instance_id, **conf})
    return trigger


def task_instance(try_number: int, conf: dict[str, Any], task_id: str = "stage", map_index: int = -1) -> Any:
    now = datetime.now(UTC)
    run = DagRun(
        dag_id="tier1", run_id=RUN_ID, logical_date=now, data_interval_start=now, data_interval_end=now,
        run_after=now, start_date=now, end_date=None, run_type="manual", state="running", conf=conf,
        consumed_asset_events=[], partition_key=None,
    )  # fmt: skip
    ti = TaskInstanceDTO(
        id=uuid4(), task_id=task_id, dag_id="tier1", run_id=RUN_ID, try_number=try_number,
        map_index=map_index, dag_version_id=uuid4(), queue=QUEUE, pool_slots=1, priority_weight=1,
    )  # fmt: skip
    encoded = json.loads(json.dumps(DagSerialization.to_dict(the_dag())))
    return TriggerRunner.create_runtime_ti(ti, encoded, run.model_dump(exclude_unset=True))


def event_of(trigger: WorkerTrigger) -> TriggerEvent:
    """What it yields, which has to be all."""

    async def events() -> list[TriggerEvent]:
        return [event async for event in trigger.run()]

    (event,) = asyncio.run(events())
    return event
