"""The AWS clients of one connection."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

# One attempt: botocore would repeat what AWS answers with HTTP 500, InsufficientInstanceCapacity among it,
# for up to half a minute without a log line. The operator repeats such a call itself, after another read.
NO_RETRIES = {"retries": {"total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 30}
# For what may be repeated without reading the state again: reads, tags, options, schedules.
PATIENT = {
    "retries": {"total_max_attempts": 8, "mode": "standard"},
    "connect_timeout": 10,
    "read_timeout": 30,
}
# For callbacks, which hold up their process, and for services that a network may shut out: botocore's own
# default is five attempts that wait a minute each.
BRIEF = {
    "retries": {"total_max_attempts": 2, "mode": "standard"},
    "connect_timeout": 5,
    "read_timeout": 15,
}
# For what is good to know, and nothing waits for: a network may shut the service out without a word.
HURRIED = {"retries": {"total_max_attempts": 1}, "connect_timeout": 3, "read_timeout": 5}
# As brief, with the connection's own number of attempts: for many reads in a row, which EC2 may throttle.
CONNECTION_RETRIES = {"connect_timeout": 5, "read_timeout": 15}

PRICING_REGION = "us-east-1"  # the Price List API answers in few regions, in each of them for all


def ec2_hook(**parameters: Any) -> EC2Hook:
    """Make the provider's hook of a connection, which knows its region, endpoints and credentials.

    Args:
        parameters: those of the hook: `aws_conn_id`, `region_name`, `verify`, `config`.
    """
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

    return EC2Hook(api_type="client_type", **parameters)


class Clients:
    """The clients of a connection's account, by default in the connection's region.

    Each is made when it is first used, as importing boto3 and reading EC2's API model take 0.5 s. They share
    one session, so that botocore's data is read once and the connection's role is assumed once.
    """

    def __init__(self, hook: EC2Hook) -> None:
        self.hook = hook

    @property
    def connection(self) -> str | None:
        """The id of the Airflow connection."""
        return self.hook.aws_conn_id

    @property
    def region(self) -> str:
        """The region in which EC2 is asked."""
        return self.connection_ec2.meta.region_name

    @cached_property
    def ec2(self) -> Any:
        """The EC2 client for stopping, changing and starting, and for the reads in between."""
        return self._client("ec2", NO_RETRIES)

    @cached_property
    def patient_ec2(self) -> Any:
        """The EC2 client for whatever may be repeated without reading the state again."""
        return self._client("ec2", PATIENT)

    @cached_property
    def brief_ec2(self) -> Any:
        """The EC2 client for a read that must not take long."""
        return self._client("ec2", BRIEF)

    @cached_property
    def connection_ec2(self) -> Any:
        """The EC2 client that makes as many attempts as the connection says."""
        return self._client("ec2", CONNECTION_RETRIES)

    @cached_property
    def scheduler(self) -> Any:
        """The client of EventBridge Scheduler."""
        return self._client("scheduler", PATIENT)

    @cached_property
    def hurried_ec2(self) -> Any:
        """The EC2 client for what is good to know."""
        return self._client("ec2", HURRIED)

    @cached_property
    def pricing(self) -> Any:
        """The client of the Price List API."""
        return self._client("pricing", HURRIED, region=PRICING_REGION)

    def sns(self, topic_arn: str) -> Any:
        """Return a client of SNS for the region of a topic."""
        return self._client("sns", BRIEF, region=topic_arn.split(":")[3])

    def brief(self, service: str) -> Any:
        """Return a client of another service for a read that must not take long."""
        return self._client(service, BRIEF)

    @cached_property
    def _session(self) -> Any:
        return self.hook.get_session(region_name=self.hook.region_name)

    def _client(self, service: str, settings: dict[str, Any], region: str | None = None) -> Any:
        """Make a client with the connection's own settings, such as its proxies, and these on top."""
        from botocore.config import Config

        from ec2_instance.endpoints import require_own_endpoint

        client = self._session.client(
            service_name=service,
            region_name=region,
            endpoint_url=self.hook.conn_config.get_service_endpoint_url(service_name=service),
            verify=self.hook.verify,
            config=self.hook.config.merge(Config(**settings)),
        )
        require_own_endpoint(client)
        return client
