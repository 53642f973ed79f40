"""Waiting for the worker on the instance, before a task is queued for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskFailedEvent, TaskSkippedEvent, TriggerEvent

from ec2_instance.errors import AwsError, error_text, worth_another_look
from ec2_instance.reading import Instance
from tier1_tasks import looking
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.form import RunParams
from tier1_tasks.host.growing import CannotGrowError, grow_again
from tier1_tasks.host.workers import Worker, WorkersUnknownError, all_workers, api_server
from tier1_tasks.planned import WHY, choice_of
from tier1_tasks.quiet_triggerer import quiet_triggerer

LOOK_EVERY_SECONDS = 1.0
LOG_SECONDS = 1.0


class WorkerTrigger(BaseTrigger):
    """Lets its task go on once the worker on the instance reports; else fails the task, and says why.

    It ends the task itself where that cannot run: to fail on the worker, a task needs the worker.

    Args:
        queue: the queue of the task.
        param: the run's parameter that turns the task off; empty for none.
        patience: how many seconds to wait for the worker.
        grows: make the instance big again where an earlier try has lost it.
        more_hosts: whose workers are not waited for, though they may take the task.
    """

    def __init__(
        self, queue: str, param: str, patience: float, *, grows: bool, more_hosts: Sequence[str] = ()
    ) -> None:
        super().__init__()
        quiet_triggerer()
        self.queue = queue
        self.param = param
        self.patience = patience
        self.grows = grows
        self.more_hosts = list(more_hosts)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        names = ("queue", "param", "patience", "grows", "more_hosts")
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, then say how the task goes on."""
        try:
            outcome = await self._outcome()
        except Exception as error:
            self.log.exception("Cannot wait for the worker")
            outcome = self._failed(f"Cannot wait for the worker: {error_text(error)}")
        if isinstance(outcome, TaskFailedEvent):
            # The triggerer reads what a trigger logs from one pipe, and that it has ended from another: then
            # it forgets in which task's log the rest belongs.
            await asyncio.sleep(LOG_SECONDS)
        yield outcome

    async def _outcome(self) -> TriggerEvent:
        ti: Any = self.task_instance
        run = RunParams.of(ti.get_template_context()["params"])
        if self.param and not getattr(run, self.param):
            self.log.info("The parameter %s is off.", self.param)
            return TaskSkippedEvent()
        try:
            await self._instance_is_right(run, ti)
        except CannotGrowError as error:
            return self._failed(str(error))
        return await self._worker_reports(run)

    async def _instance_is_right(self, run: RunParams, ti: Any) -> None:
        """Make the instance big again where an earlier try has lost it; refuse what else is wrong."""
        now, choice = await self._instance(run), await asyncio.to_thread(choice_of, ti)
        if now.state == "running" and (now.type in run.work_types or not choice.resizes):
            return
        if not choice.resizes:
            raise CannotGrowError(
                f"{now}, but its worker is to compute, and a run without a resize starts nothing "
                f"({choice.why}): start {run.instance_id}. {CLEAR_AGAIN}"
            )
        wanted = f"{now}, but the stages need it running as {run.work_types_text}."
        if not self.grows or ti.try_number == 1:
            raise CannotGrowError(f"{wanted} {CLEAR_AGAIN}")
        self.log.warning("%s The try before has lost it; TIER1_STAGE_RETRIES allows another one.", wanted)
        await grow_again(run, ti)

    async def _instance(self, run: RunParams) -> Instance:
        """Read the instance; ask again where AWS does not answer for a while."""
        ends = time.monotonic() + self.patience
        while True:
            try:
                return await asyncio.to_thread(looking.look, run.instance_id)
            except AwsError as error:
                if not worth_another_look(error) or time.monotonic() > ends:
                    raise
                self.log.info("Cannot read %s: %s", run.instance_id, error_text(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _worker_reports(self, run: RunParams) -> TriggerEvent:
        ends = time.monotonic() + self.patience
        seen = ""
        while True:
            try:
                workers, launched = await asyncio.to_thread(self._look, run)
            except (WorkersUnknownError, *AwsError) as error:
                now = error_text(error)
            else:
                if ready := next((it for it in workers if it.has_reported_since(launched)), None):
                    self.log.debug("The worker %s listens on the queue '%s'.", ready, self.queue)
                    return TriggerEvent({"worker": ready.name})
                now = ", ".join(map(str, workers)) or "none has ever reported"
            if now != seen:
                seen = now
                self.log.info("Waiting for a worker on the queue '%s': %s", self.queue, now)
            if time.monotonic() > ends:
                return self._failed(self._not_there(run, seen))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _look(self, run: RunParams) -> tuple[list[Worker], datetime]:
        launched = looking.look(run.instance_id).launched
        workers = [
            worker
            for worker in all_workers()
            if worker.listens_on(self.queue) and worker.name not in self.more_hosts
        ]
        return workers, datetime.fromisoformat(launched)

    def _not_there(self, run: RunParams, seen: str) -> str:
        return (
            f"No worker on {run.instance_id} has reported for the queue '{self.queue}' within "
            f"{self.patience / 60:.1f} minutes (TIER1_WORKER_WAIT_MINUTES): {seen}. On the instance, look at "
            "`systemctl status tier1-worker` and `journalctl -u tier1-worker`: does it reach "
            f"{api_server()} (security group, name, certificate), has it the "
            "secret, and the same queue?"
        )

    def _failed(self, why: str) -> TaskFailedEvent:
        self.log.error("%s", why)
        return TaskFailedEvent(xcoms={WHY: why})
