"""The stages: each a task that computes, and a sensor on the completion markers of its months."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from include.settings import settings
from include.stages.stage import Stage
from tier1_tasks import leasing
from tier1_tasks.database import conninfo
from tier1_tasks.form import RunParams
from tier1_tasks.gates import require_work_type
from tier1_tasks.host.operator import OnInstanceOperator
from tier1_tasks.host.place import require_host
from tier1_tasks.host.placement import SLOTS, beside, hosts
from tier1_tasks.host.verify import verify
from tier1_tasks.markers.sensor import StageMarkerSensor
from tier1_tasks.names import DATABASE
from tier1_tasks.planned import shards_of

S = settings()


def verify_host() -> OnInstanceOperator:
    """Make the task that looks at the host before the first stage begins."""
    return OnInstanceOperator(
        task_id="verify_host",
        doc_md="Waits for the worker on the instance, then looks there: is it the run's instance, is it as "
        "big as decided, has it the same code, does the database answer?",
        python_callable=look_at_host,
        # in the triggerer it may have to grow again and to wait for the worker, then wait for the database
        execution_timeout=S.resize_timeout_minutes
        + S.worker_wait_minutes
        + S.database_wait_minutes
        + timedelta(minutes=5),
    )


def look_at_host(params: dict[str, Any], ti: Any) -> dict[str, Any]:
    """Look that the host is what the stages need; the database may have restarted, and is waited for."""
    run = RunParams.of(params)
    require_work_type(run, ti)
    with leasing.renewed(run, ti):
        wait_for_feature_database()
        return verify(params, ti)


def stage_tasks(stage: Stage, shards: Any) -> list[Any]:
    """Make the task of a stage, mapped over the shards, and the sensor on the markers of them all."""
    computed = OnInstanceOperator.for_each(
        shards,
        task_id=stage.task_id,
        doc_md=f"Computes `tier1.{stage.name}` on the instance, month by month. A month becomes visible "
        "together with its marker; months that are still valid are skipped.",
        python_callable=compute,
        op_args=[stage.name],
        map_index_template="{{ task.op_kwargs.first }} to {{ task.op_kwargs.last }}",
        max_active_tis_per_dagrun=SLOTS * hosts(),
        execution_timeout=S.stage_timeout_hours,
        retries=S.stage_retries,
    )
    complete = StageMarkerSensor(
        task_id=f"{stage.task_id}_complete",
        doc_md=f"Waits until every month of the run has its marker of `{stage.name}`.",
        stage=stage.name,
        first_month="{{ months(ti).first }}",
        last_month="{{ months(ti).last }}",
        conn_id=DATABASE,
        poke_interval=S.ec2_poll_seconds.total_seconds(),
        timeout=S.marker_timeout_minutes.total_seconds(),
    )
    return [computed, complete]


def compute(
    stage: str, first: str, last: str, params: dict[str, Any], run_id: str, ti: Any
) -> dict[str, Any]:
    """Bring a shard's months up to date, while the instance is big."""
    from include.months import MonthRange
    from include.pipeline.job import Job
    from include.pipeline.run_stage import run_stage
    from include.stages import stage_named

    run = RunParams.of(params)
    require_work_type(run, ti)
    shards = len(shards_of(ti))
    job = Job(
        stage_named(stage),
        MonthRange.of_texts(first, last),
        run_id,
        run.force,
        host=require_host(run, ti),
        shard=ti.map_index,
        shards=shards,
        beside=beside(shards),
    )
    with leasing.renewed(run, ti):
        wait_for_feature_database()  # as verify_host does, which is not cleared together with a stage
        return asdict(
            run_stage(conninfo(DATABASE), job, S.model_copy(update={"months_at_once": run.months_at_once}))
        )


def wait_for_feature_database() -> None:
    """Wait for the database, which may have restarted with the instance."""
    from include.store.connection import wait_for_database

    wait_for_database(conninfo(DATABASE), S.database_wait_minutes.total_seconds())
