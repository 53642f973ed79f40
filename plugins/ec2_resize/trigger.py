"""Waiting for an instance without holding a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.errors import AwsError, error_text, worth_another_look
from ec2_instance.reading import Instance, read
from ec2_resize.wait import Wait

# Airflow takes one to two seconds to resume a task; with two looks in each interval, both together take less
# than one interval of 5 s from the moment at which the instance is ready.
LOOKS_PER_INTERVAL = 2


class InstanceSettledTrigger(BaseTrigger):
    """Fires when a wait is over: status `success`, or `error` with a message.

    Not built on the provider's AwsBaseWaiterTrigger: that one needs aiobotocore, which wants an older boto3.
    A look is two short calls, so a thread does as well; the hook may ask for its connection from there.

    Args:
        wait: the fields of a `Wait`.
        aws: the arguments of the provider's hook: connection, region and so on.
    """

    def __init__(self, wait: dict[str, Any], aws: dict[str, Any]) -> None:
        super().__init__()
        self.wait = Wait(**wait)
        self.aws = aws

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"wait": asdict(self.wait), "aws": self.aws}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until the wait is over, at least once."""
        try:
            yield await self._outcome()
        except AwsError as error:
            yield _event("error", f"While waiting for {self.wait.instance_id}: {error_text(error)}")

    async def _outcome(self) -> TriggerEvent:
        wait = self.wait
        await asyncio.sleep(max(0.0, wait.starts_at - time.time()))
        aws = Clients(ec2_hook(**self.aws))
        while True:
            found = await asyncio.to_thread(self._look, aws)
            if isinstance(found, Instance) and wait.is_over(found, time.time()):
                return _event("success", str(found))
            self.log.info("%s", found)
            if isinstance(found, Instance) and wait.shows_what_was_taken(found):
                wait = replace(wait, taken=None)  # what is read from now on is news
            if isinstance(found, str) and time.time() > wait.longest:
                return _event("error", f"Timed out without an answer: {found}")
            await asyncio.sleep(wait.poll_interval / LOOKS_PER_INTERVAL)

    def _look(self, aws: Clients) -> Instance | str:
        """Return the instance, or why it could not be read this time."""
        try:
            return read(aws.ec2, self.wait.instance_id, self.wait.wanted_type)
        except AwsError as error:
            if not worth_another_look(error):
                raise
            return f"Cannot read {self.wait.instance_id}: {error_text(error)}"


def _event(status: str, message: str) -> TriggerEvent:
    return TriggerEvent({"status": status, "message": message})
