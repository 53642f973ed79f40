"""What the table says where a check cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from botocore.exceptions import ClientError

from ec2_instance.errors import NOT_PERMITTED, AwsError, WrongEndpointError, answers, code_of, error_text
from ec2_resize.preflight.check import Check

OWN_ENDPOINTS = (
    "The connection's endpoint_url is used for every service: remove it, or set it for each (service_config)."
)

# The prefix of a call's permission in policies, where it is not EC2's.
PERMISSION_PREFIXES = {
    "AssumeRole": "sts",
    "DescribeAutoScalingInstances": "autoscaling",
    "DescribeDocument": "ssm",
    "GetCallerIdentity": "sts",
    "GetMetricStatistics": "cloudwatch",
    "GetServiceQuota": "servicequotas",
    "GetTopicAttributes": "sns",
    "Publish": "sns",
}


def run_check(name: str, check: Callable[[], Iterable[Check]]) -> list[Check]:
    """Return the lines of a check; where AWS does not answer, a warning says what is missing.

    Args:
        name: names the line of what could not be checked.
        check: yields the lines; those that it has yielded before an error are kept.
    """
    lines: list[Check] = []
    try:
        with answers():
            lines.extend(check())
    except WrongEndpointError as error:
        lines.append(Check(name, "failed", str(error), OWN_ENDPOINTS))
    except AwsError as error:
        if code_of(error) in NOT_PERMITTED:
            warning = Check(name, "warning", "not checked: not permitted", f"Allow {_permission(error)}.")
        else:
            warning = Check(
                name, "warning", f"not checked: {error_text(error)}", f"Check the {name} by hand."
            )
        lines.append(warning)
    return lines


def _permission(error: BaseException) -> str:
    """Return the action that a policy has to allow so that this error does not happen."""
    action = error.operation_name if isinstance(error, ClientError) else type(error).__name__
    return f"{PERMISSION_PREFIXES.get(action, 'ec2')}:{action}"
