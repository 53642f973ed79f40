"""Read the state of an instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ec2_instance.errors import answers
from ec2_instance.holder import tags_of

STATUS_CHECKS = ("InstanceStatus", "SystemStatus", "AttachedEbsStatus")


@dataclass(frozen=True)
class Instance:
    """One reading of an instance.

    Attributes:
        instance_id: the instance.
        type: its type, such as `t3.2xlarge`.
        state: its state, such as `running`.
        checks: its status checks: `ok`, `initializing` or `impaired`; empty where they were not read.
        reason: why its state changed by itself, such as `Server.InternalError: Internal error on launch`.
        public_ip: its public address; None without one.
        private_ip: its private address; None without one.
        launched: when it was last started, in ISO 8601; empty where that was not told.
        zone: its availability zone; empty where that was not told.
        tags: its tags, values by key.
    """

    instance_id: str
    type: str
    state: str
    checks: str = ""
    reason: str = ""
    public_ip: str | None = None
    private_ip: str | None = None
    launched: str = ""
    zone: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def reason_passes(self) -> bool:
        """Tell whether the next start may succeed: AWS failed, not the instance."""
        return self.reason.startswith("Server.")

    def __str__(self) -> str:
        checks = f", status checks {self.checks}" if self.checks else ""
        reason = f", {self.reason}" if self.reason else ""
        return f"{self.instance_id} is {self.state} as {self.type}{checks}{reason}"


def read(ec2: Any, instance_id: str, checked_type: str | None = None) -> Instance:
    """Read an instance.

    Args:
        ec2: a client of EC2.
        instance_id: the instance.
        checked_type: read the status checks, too, where the instance runs on this type.

    Raises:
        AwsError: AWS does not answer, or its answer is not the description of an instance.
    """
    with answers():
        return _read(ec2, instance_id, checked_type)


def _read(ec2: Any, instance_id: str, checked_type: str | None) -> Instance:
    found = describe(ec2, instance_id)
    state, instance_type = found["State"]["Name"], found["InstanceType"]
    wants_checks = state == "running" and instance_type == checked_type
    return Instance(
        instance_id=instance_id,
        type=instance_type,
        state=state,
        checks=read_checks(ec2, instance_id) if wants_checks else "",
        reason=_read_reason(found),
        public_ip=found.get("PublicIpAddress"),
        private_ip=found.get("PrivateIpAddress"),
        launched=found["LaunchTime"].isoformat() if "LaunchTime" in found else "",
        zone=found.get("Placement", {}).get("AvailabilityZone", ""),
        tags=tags_of(found),
    )


def describe(ec2: Any, instance_id: str) -> dict[str, Any]:
    """Return an instance as DescribeInstances returns it."""
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def _read_reason(found: dict[str, Any]) -> str:
    reason = found.get("StateReason", {})
    code, message = reason.get("Code", ""), reason.get("Message", "")
    if code == "Client.UserInitiatedShutdown":
        return ""
    return message if message.startswith(code) else f"{code}: {message}".rstrip(": ")


def read_checks(ec2: Any, instance_id: str) -> str:
    """Read the status checks of an instance that runs: `ok`, `initializing` or `impaired`."""
    answer = ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"]
    # no entry: it stopped running in between, or AWS has not noticed yet that it runs
    return judge_status_checks(answer[0] if answer else {})


def judge_status_checks(status: Mapping[str, Any]) -> str:
    """Judge all status checks together: `ok`, `initializing` or `impaired`.

    Args:
        status: the instance's entry in the answer of DescribeInstanceStatus; empty where there is none.
    """
    results = {status[check]["Status"] for check in STATUS_CHECKS if check in status}
    if "impaired" in results:
        return "impaired"
    return "ok" if results - {"not-applicable"} == {"ok"} else "initializing"
