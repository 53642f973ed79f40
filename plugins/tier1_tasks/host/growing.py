"""Make the instance big again under a stage that has lost it."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import asdict
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from include.settings import settings
from tier1_tasks import looking
from tier1_tasks.form import RunParams
from tier1_tasks.gates import require_downsize_to_come
from tier1_tasks.leasing import LEASE
from tier1_tasks.names import AWS
from tier1_tasks.planned import identity_of

log = logging.getLogger("tier1")
S = settings()
AGAIN_AFTER_SECONDS = 15.0  # upsize, as a task, is tried again after that, too


class CannotGrowError(Exception):
    """The instance is not what the stages need, and is not made so."""


async def grow_again(run: RunParams, ti: Any) -> None:
    """Bring the instance to a work type, as `upsize` did.

    Raises:
        CannotGrowError: no downsize would follow, or AWS refuses.
    """
    from ec2_resize.convergence import new_progress
    from ec2_resize.decision import Done, Failed
    from ec2_resize.wait import Wait

    try:
        await asyncio.to_thread(require_downsize_to_come, {"ti": ti})
    except AirflowFailException as error:
        raise CannotGrowError(str(error)) from error
    execution = await asyncio.to_thread(_execution, run, ti)
    progress = new_progress(execution.request, time.time())
    gives_up = progress.deadline
    try:
        while True:
            decision, progress = await asyncio.to_thread(execution.go_on, progress)
            match decision:
                case Wait():
                    await _over(decision)
                case Done():
                    return
                case Failed(try_again=True) if time.time() < gives_up:
                    log.info("%s Again in %.0f s.", decision.why, AGAIN_AFTER_SECONDS)
                    await asyncio.sleep(AGAIN_AFTER_SECONDS)
                    progress = new_progress(execution.request, time.time())
                case Failed():
                    raise CannotGrowError(decision.why) from decision.cause
    finally:
        # a thread outlives its trigger, which may have been cancelled: downsize is at work then
        execution.killed.set()


def _execution(run: RunParams, ti: Any) -> Any:
    from ec2_resize.execution import Execution
    from ec2_resize.ladder import Ladder
    from ec2_resize.request import ResizeRequest

    aws = looking.aws()
    request = ResizeRequest(
        instance_id=run.instance_id,
        region=lambda: aws.region,
        connection=AWS,
        who=identity_of(ti),
        ladder=Ladder(
            run.work_types,
            run.small_types,
            S.work_patience_minutes,
            fallback_patience=S.work_patience_minutes,
        ),
        timeout=S.resize_timeout_minutes,
        poll_interval=S.ec2_poll_seconds.total_seconds(),
    )
    return Execution(aws, request, LEASE, instead_of=None)


async def _over(wait: Any) -> None:
    """Wait as the resize does; what it cannot read is looked at again."""
    from ec2_resize.trigger import InstanceSettledTrigger

    async for event in InstanceSettledTrigger(asdict(wait), {"aws_conn_id": AWS}).run():
        if event.payload["status"] != "success":
            raise CannotGrowError(event.payload["message"])
