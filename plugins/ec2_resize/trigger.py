"""Waiting for an instance without holding a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from ec2_instance.clients import Clients
from ec2_instance.errors import AwsError, error_text, worth_another_look
from ec2_instance.reading import Instance, read
from ec2_resize.convergence import Goal, Step, next_step

# Airflow takes one to two seconds to resume a task; with two looks in each interval, both together take less
# than one interval of 5 s from the moment at which the instance is ready.
LOOKS_PER_INTERVAL = 2


@dataclass(frozen=True)
class Wait:
    """What is waited for. Plain values only, as it is stored; times are seconds since the epoch.

    Attributes:
        starts_at: when to look first.
        ends_at: when to give up. A point in time rather than a number of attempts, which would start over
            at each restart of the triggerer.
        paused_until: when AWS may be asked again for what it has refused.
        impaired_until: how long impaired status checks may recover.
        settles_at: when an instance that needs nothing is believed.
        taken: the step just taken. EC2 is eventually consistent: to read the state from before it is no
            news, until `taken_shows_by`.
    """

    instance_id: str
    wanted_type: str
    runs: bool
    starts_at: float
    ends_at: float
    poll_interval: float
    paused_until: float = 0.0
    impaired_until: float = 0.0
    settles_at: float = 0.0
    taken: str | None = None
    taken_shows_by: float = 0.0

    @property
    def longest(self) -> float:
        """When the wait is over in any case."""
        return max(self.ends_at, self.starts_at, self.paused_until, self.impaired_until, self.settles_at)

    def shows_what_was_taken(self, now: Instance) -> bool:
        """Whether a reading is from after the step."""
        not_stopping_yet = self.taken == Step.STOP and now.state == "running"
        return next_step(now, Goal(self.wanted_type, self.runs)) != self.taken and not not_stopping_yet

    def is_over(self, now: Instance) -> bool:
        """Whether there is something to do about the instance, or nothing more, or no time left."""
        step, clock = next_step(now, Goal(self.wanted_type, self.runs)), time.time()
        if clock < self.taken_shows_by and not self.shows_what_was_taken(now):
            return False
        match step:
            case Step.WAIT:
                return clock >= self.ends_at
            case Step.IMPAIRED:
                return clock >= self.impaired_until
            case Step.DONE:
                return clock >= self.settles_at
            case Step.GONE:
                return True
            case _:
                return clock >= self.paused_until


class InstanceSettledTrigger(BaseTrigger):
    """Fires when a wait is over: status `success`, or `error` with a message.

    Not built on the provider's AwsBaseWaiterTrigger: that one needs aiobotocore, which wants an older boto3.
    A look is two short calls, so a thread does as well; the hook may ask for its connection from there.
    """

    def __init__(self, wait: dict[str, Any], aws: dict[str, Any]) -> None:
        super().__init__()
        self.wait = Wait(**wait)
        self.aws = aws  # arguments of the hook: connection, region, ...

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What the triggerer needs to make this trigger again."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"wait": asdict(self.wait), "aws": self.aws}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until the wait is over, at least once."""
        try:
            yield await self._outcome()
        except AwsError as error:
            yield _event("error", f"While waiting for {self.wait.instance_id}: {error_text(error)}")

    async def _outcome(self) -> TriggerEvent:
        from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

        wait = self.wait
        await asyncio.sleep(max(0.0, wait.starts_at - time.time()))
        aws = Clients(EC2Hook(**self.aws))
        while True:
            found = await asyncio.to_thread(self._look, aws)
            if isinstance(found, Instance) and wait.is_over(found):
                return _event("success", str(found))
            self.log.info("%s", found)
            if isinstance(found, Instance) and wait.shows_what_was_taken(found):
                wait = replace(wait, taken=None)  # what is read from now on is news
            if isinstance(found, str) and time.time() > self.wait.longest:
                return _event("error", f"Time is up, and {found}")
            await asyncio.sleep(self.wait.poll_interval / LOOKS_PER_INTERVAL)

    def _look(self, aws: Clients) -> Instance | str:
        """The instance, or why it could not be seen this time."""
        try:
            return read(aws.ec2, self.wait.instance_id, self.wait.wanted_type)
        except AwsError as error:
            if not worth_another_look(error):
                raise
            return f"{self.wait.instance_id} could not be seen: {error_text(error)}"


def _event(status: str, message: str) -> TriggerEvent:
    return TriggerEvent({"status": status, "message": message})
