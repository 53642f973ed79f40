"""What an instance is like right now, and which step brings it closer to the wanted type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ec2_resize.errors import answers
from ec2_resize.holder import Holder, holder_of

STATUS_CHECKS = ("InstanceStatus", "SystemStatus", "AttachedEbsStatus")


class Step(StrEnum):
    """What to do next about an instance that shall run on a certain type."""

    STOP = "stop"
    MODIFY = "modify"
    START = "start"
    WAIT = "wait"
    DONE = "done"
    IMPAIRED = "impaired"  # runs on the wanted type and fails its status checks
    GONE = "gone"  # terminated, or about to be


@dataclass(frozen=True)
class Goal:
    """The type to reach. Where AWS starts none at all, `runs` is off: stopped is then the best there is."""

    type: str
    runs: bool = True

    def __str__(self) -> str:
        return f"{'running' if self.runs else 'stopped'} as {self.type}"


@dataclass(frozen=True)
class Instance:
    """One reading of an instance.

    Attributes:
        checks: `ok`, `initializing` or `impaired` where they were asked for, else empty.
        reason: why its state changed by itself, such as `Server.InternalError: Internal error on launch`.
        holder: who has leased it.
    """

    instance_id: str
    type: str
    state: str
    checks: str = ""
    reason: str = ""
    public_ip: str | None = None
    private_ip: str | None = None
    holder: Holder | None = None

    @property
    def reason_passes(self) -> bool:
        """Whether the next start may fare better: it was AWS's side that failed, not ours."""
        return self.reason.startswith("Server.")

    def __str__(self) -> str:
        checks = f", status checks {self.checks}" if self.checks else ""
        reason = f", {self.reason}" if self.reason else ""
        return f"{self.instance_id} is {self.state} as {self.type}{checks}{reason}"


def next_step(now: Instance, goal: Goal) -> Step:
    """The one decision of this package; everything else looks, acts and waits.

    Running on the wrong type is stopped at once, whatever the status checks say: their result would be
    thrown away.
    """
    match now.state:
        case "pending" | "stopping":
            return Step.WAIT
        case "stopped" | "running" if now.type != goal.type:
            return Step.MODIFY if now.state == "stopped" else Step.STOP
        case "stopped":
            return Step.START if goal.runs else Step.DONE
        case "running":
            checked = {"ok": Step.DONE, "impaired": Step.IMPAIRED}.get(now.checks, Step.WAIT)
            return checked if goal.runs else Step.DONE
        case _:
            return Step.GONE


def read(ec2: Any, instance_id: str, checked_type: str | None = None) -> Instance:
    """Look at the instance, and at its status checks only where it runs on the type that needs them.

    Raises:
        AwsError: AWS does not answer, or not so that it makes sense.
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
        checks=_read_checks(ec2, instance_id) if wants_checks else "",
        reason=_read_reason(found),
        public_ip=found.get("PublicIpAddress"),
        private_ip=found.get("PrivateIpAddress"),
        holder=holder_of(found),
    )


def describe(ec2: Any, instance_id: str) -> dict[str, Any]:
    """The instance as DescribeInstances words it."""
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def _read_reason(found: dict[str, Any]) -> str:
    reason = found.get("StateReason", {})
    code, message = reason.get("Code", ""), reason.get("Message", "")
    if code == "Client.UserInitiatedShutdown":
        return ""
    return message if message.startswith(code) else f"{code}: {message}".rstrip(": ")


def _read_checks(ec2: Any, instance_id: str) -> str:
    answer = ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"]
    if not answer:  # it stopped running in between, or AWS has not noticed yet that it runs
        return "initializing"
    found = {answer[0][check]["Status"] for check in STATUS_CHECKS if check in answer[0]}
    if "impaired" in found:
        return "impaired"
    return "ok" if found - {"not-applicable"} == {"ok"} else "initializing"
