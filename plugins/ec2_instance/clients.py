"""The AWS clients of one connection."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

# One attempt: botocore would repeat what AWS answers with HTTP 500, InsufficientInstanceCapacity among it,
# for up to half a minute without a word. What is worth repeating is repeated in the open, after another look.
IN_THE_OPEN = {"retries": {"total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 30}
# For what may be repeated without a look: reads, tags, options, schedules.
PATIENT = {
    "retries": {"total_max_attempts": 8, "mode": "standard"},
    "connect_timeout": 10,
    "read_timeout": 30,
}
# For callbacks, which hold up their process: somebody else tries again.
BRIEF = {
    "retries": {"total_max_attempts": 2, "mode": "standard"},
    "connect_timeout": 5,
    "read_timeout": 15,
}


class Clients:
    """Made when they are needed: importing boto3 and reading EC2's API model take 0.5 s."""

    def __init__(self, hook: EC2Hook) -> None:
        self._hook = hook

    @cached_property
    def ec2(self) -> Any:
        """The client of EC2 for stopping, changing and starting, and the looks in between."""
        return self._hook.get_client_type(config=self._config(IN_THE_OPEN))

    @cached_property
    def patient_ec2(self) -> Any:
        """The client of EC2 for all that may be repeated without a look."""
        return self._hook.get_client_type(config=self._config(PATIENT))

    @cached_property
    def brief_ec2(self) -> Any:
        """The client of EC2 for a look that nobody waits for."""
        return self._hook.get_client_type(config=self._config(BRIEF))

    @cached_property
    def scheduler(self) -> Any:
        """The client of EventBridge Scheduler, for the same account and region."""
        return self._of("scheduler", self._hook.conn_region_name, PATIENT)

    def sns(self, region: str) -> Any:
        """A client of SNS, for the same account and the region of a topic."""
        return self._of("sns", region, BRIEF)

    def _of(self, service: str, region: str, settings: dict[str, Any]) -> Any:
        from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

        hook: AwsGenericHook[Any] = AwsGenericHook(
            aws_conn_id=self._hook.aws_conn_id,
            region_name=region,
            verify=self._hook.verify,
            client_type=service,
        )
        return hook.get_client_type(config=self._config(settings))

    def _config(self, settings: dict[str, Any]) -> Any:
        """The connection's own settings, and these on top."""
        from botocore.config import Config

        return self._hook.config.merge(Config(**settings))
