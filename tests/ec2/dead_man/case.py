"""Instances under a lease, whose switch fires as AWS would fire it (see `automation`)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ec2_instance.dead_man import DeadManSwitch
from tests.ec2 import automation
from tests.ec2.automation import Execution
from tests.ec2.simulator import BASE, FAST, TAGS, Simulator, eventually

EQUIVALENT = "t3a.2xlarge"
TYPES = [BASE, EQUIVALENT]
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
POLL = 0.02


class Case:
    """Leases an instance, and lets the switch fire."""

    def __init__(self, aws: Simulator, switch: DeadManSwitch, folder: Path) -> None:
        self.aws, self.switch, self.folder = aws, switch, folder

    def lease(self, it: str, minutes: float, **more: str) -> None:
        """Lease it until so many minutes from now; less than none is an expired lease."""
        expires = datetime.now(UTC) + timedelta(minutes=minutes)
        tags = {
            TAGS.run: "manual__1",
            TAGS.expires: expires.isoformat(),
            TAGS.owner: "http://airflow",
            TAGS.base_type: BASE,
        }
        self.tag(it, {**tags, **more})

    def left_behind(self, state: str, instance_type: str) -> str:
        """A new instance, settled in this state, whose lease has expired."""
        it = self.aws.instance(state, instance_type)
        self.lease(it, minutes=-1)
        return it

    def tag(self, it: str, tags: dict[str, str]) -> None:
        self.aws.ec2.create_tags(
            Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )

    def tags(self, it: str) -> set[str]:
        return {tag["Key"] for tag in self.aws.describe(it).get("Tags", [])} & set(TAGS.all)

    def fire(self, it: str, types: list[str] = TYPES, attempts: int = 1, poll: float = POLL) -> Execution:
        self.switch.arm(self.aws.client("scheduler"), it, types, NOON)
        self.aws.control("DELETE", "calls")
        return automation.fire(self.aws, it, self.folder, poll=poll, attempts=attempts)

    def changes(self) -> list[str]:
        """The calls of EC2 that do more than look, since the switch fired."""
        calls = [it["action"] for it in self.aws.control("GET", "calls") if it["service"] == "ec2"]
        return [it for it in calls if not it.startswith("Describe")]

    def instance(self, state: str, instance_type: str) -> str:
        """A new instance in this state; one that passes lasts until the switch looks."""
        before = {"stopping": "running", "pending": "stopped"}.get(state, state)
        it = self.aws.instance(before, instance_type)
        eventually(lambda: self.aws.state(it) == before)
        self.aws.every_transition_takes(1.2)
        if state == "stopping":
            self.aws.ec2.stop_instances(InstanceIds=[it])
        if state == "pending":
            self.aws.ec2.start_instances(InstanceIds=[it])
        self.aws.every_transition_takes(FAST)
        return it


def schedules(aws: Simulator, it: str) -> list[dict[str, Any]]:
    scheduler = aws.client("scheduler")
    found = scheduler.list_schedules(NamePrefix=f"{TAGS.prefix}-{it}")["Schedules"]
    return [scheduler.get_schedule(Name=each["Name"]) for each in found]
