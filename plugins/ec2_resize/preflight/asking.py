"""Asking AWS, and what it means when no useful answer comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook
from botocore.config import Config
from botocore.exceptions import ClientError

from ec2_instance.errors import NOT_PERMITTED, AwsError, code_of
from ec2_resize.preflight.check import Check
from ec2_resize.preflight.endpoints import WrongEndpointError, require_own_endpoint

# botocore waits a minute for a connection and tries five times: a service that a network shuts out would hold
# the preflight for minutes. EC2 keeps the connection's number of tries: it throttles, and all hangs on it.
PATIENCE = Config(connect_timeout=5, read_timeout=15)
LITTLE_PATIENCE = PATIENCE.merge(Config(retries={"total_max_attempts": 2}))

OWN_ENDPOINTS = (
    "The connection's endpoint_url is used for every service: remove it, or set it for each (service_config)."
)

# An endpoint that is not quite AWS may leave out what AWS always says, or say it in other words.
NO_ANSWER = (*AwsError, AttributeError, LookupError, TypeError, ValueError)

# Whose actions the asked ones are, as policies write them, where they are not EC2's.
SERVICES = {
    "AssumeRole": "sts",
    "DescribeAutoScalingInstances": "autoscaling",
    "GetCallerIdentity": "sts",
    "GetTopicAttributes": "sns",
    "GetMetricStatistics": "cloudwatch",
    "DescribeDocument": "ssm",
    "GetServiceQuota": "servicequotas",
    "Publish": "sns",
}


class Aws:
    """Clients for the account and the region of a hook.

    They share a session: a hook of its own for each would read botocore's data anew, and assume the
    connection's role once more.
    """

    def __init__(self, hook: EC2Hook) -> None:
        self._hook = hook

    @cached_property
    def ec2(self) -> Any:
        """The client of EC2."""
        return self._client("ec2", PATIENCE)

    @property
    def region(self) -> str:
        """Where it looks."""
        return self.ec2.meta.region_name

    @property
    def connection(self) -> str | None:
        """Which connection of Airflow it uses."""
        return self._hook.aws_conn_id

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of another service, by default in the same region."""
        return self._client(service, LITTLE_PATIENCE, region)

    @cached_property
    def _session(self) -> Any:
        return self._hook.get_session(region_name=self._hook.region_name)

    def _client(self, service: str, patience: Config, region: str | None = None) -> Any:
        client = self._session.client(
            service_name=service,
            region_name=region,
            endpoint_url=self._hook.conn_config.get_service_endpoint_url(service_name=service),
            verify=self._hook.verify,
            config=self._hook.config.merge(patience),  # keeps the connection's own, such as its proxies
        )
        require_own_endpoint(client)
        return client


def asking(name: str, check: Callable[[], Iterable[Check]]) -> list[Check]:
    """The lines of a check; where AWS does not answer, a warning says what is missing."""
    lines: list[Check] = []
    try:
        lines.extend(check())  # keeps what it has found before there was no answer
    except WrongEndpointError as error:
        lines.append(Check(name, "failed", str(error), OWN_ENDPOINTS))
    except NO_ANSWER as error:
        if code_of(error) in NOT_PERMITTED:
            warning = Check(name, "warning", "not checked: not permitted", f"Allow {permission(error)}.")
        else:
            warning = Check(name, "warning", f"not checked: {reason(error)}", f"Check the {name} by hand.")
        lines.append(warning)
    return lines


def permission(error: BaseException) -> str:
    """The action that a policy has to allow so that this error does not happen."""
    action = error.operation_name if isinstance(error, ClientError) else type(error).__name__
    return f"{SERVICES.get(action, 'ec2')}:{action}"


def reason(error: BaseException) -> str:
    """Why there is no answer, or none that makes sense; its first line, as it may quote a whole page."""
    text = str(error).partition("\n")[0]
    return text if isinstance(error, AwsError) else f"no sense in the answer: {type(error).__name__}: {text}"
