"""What an instance is like right now, and which step brings it closer to the wanted type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

STATUS_CHECKS = ("InstanceStatus", "SystemStatus", "AttachedEbsStatus")


class Step(StrEnum):
    """What to do next about an instance that shall run on a certain type."""

    STOP = "stop"
    MODIFY = "modify"
    START = "start"
    WAIT = "wait"
    DONE = "done"
    IMPAIRED = "impaired"  # runs on the wanted type and fails its status checks: a human has to look
    GONE = "gone"  # terminated, or about to be


@dataclass(frozen=True)
class Instance:
    """One reading of an instance.

    Attributes:
        checks: `ok`, `initializing` or `impaired` while running, else empty.
        reason: why its state changed by itself, such as `Server.InternalError: Internal error on launch`.
    """

    instance_id: str
    type: str
    state: str
    checks: str = ""
    reason: str = ""
    public_ip: str | None = None
    private_ip: str | None = None

    def __str__(self) -> str:
        checks = f", status checks {self.checks}" if self.checks else ""
        reason = f", {self.reason}" if self.reason else ""
        return f"{self.instance_id} is {self.state} as {self.type}{checks}{reason}"


def next_step(now: Instance, wanted_type: str) -> Step:
    """The one decision of this package; everything else looks, acts and waits.

    Running on the wrong type is stopped at once, whatever the status checks say: their result would be
    thrown away.
    """
    match now.state:
        case "pending" | "stopping":
            return Step.WAIT
        case "stopped":
            return Step.START if now.type == wanted_type else Step.MODIFY
        case "running" if now.type != wanted_type:
            return Step.STOP
        case "running":
            return {"ok": Step.DONE, "impaired": Step.IMPAIRED}.get(now.checks, Step.WAIT)
        case _:
            return Step.GONE


def read(ec2: Any, instance_id: str) -> Instance:
    """Look at the instance; the status checks are asked for only while they mean something."""
    found = describe(ec2, instance_id)
    state = found["State"]["Name"]
    return Instance(
        instance_id=instance_id,
        type=found["InstanceType"],
        state=state,
        checks=_read_checks(ec2, instance_id) if state == "running" else "",
        reason=_read_reason(found),
        public_ip=found.get("PublicIpAddress"),
        private_ip=found.get("PrivateIpAddress"),
    )


def describe(ec2: Any, instance_id: str) -> dict[str, Any]:
    """The instance as DescribeInstances words it."""
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def _read_reason(found: dict[str, Any]) -> str:
    reason = found.get("StateReason", {})
    return "" if reason.get("Code") == "Client.UserInitiatedShutdown" else reason.get("Message", "")


def _read_checks(ec2: Any, instance_id: str) -> str:
    answer = ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"]
    if not answer:  # it stopped running in between, or AWS has not noticed yet that it runs
        return "initializing"
    found = {answer[0][check]["Status"] for check in STATUS_CHECKS if check in answer[0]}
    if "impaired" in found:
        return "impaired"
    return "ok" if found - {"not-applicable"} == {"ok"} else "initializing"
