"""A simulated EC2 in a process of its own, and what tests ask of it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ec2_instance.holder import Tags
from tests.endpoint import Endpoint

BASE, WORK = "t3.2xlarge", "c7i.8xlarge"
TAGS = Tags("tier1")
HERE = "this-airflow"  # the identity of the installation that the tests play
TRILLIUM = "i-08a8fa9a42491827c"
FAST, SLOW = 0.03, 0.5  # seconds per transition
PLENTY = 1_000_000  # vCPUs: one simulator serves all tests, and their instances go on
WRITES = ("StopInstances", "ModifyInstanceAttribute", "StartInstances")
ROOT = Path(__file__).parents[2]


class Simulator(Endpoint):
    """Starts it, makes instances in a wanted state, and reads back what became of them.

    It works in the folder, which says whom to end when nobody else can (see `guardian`).
    """

    def __init__(self, folder: Path, *options: str) -> None:
        port_file = folder / "port"
        command = [sys.executable, "-m", "embedded.ec2", "--port-file", str(port_file), *options]
        with (folder / "ec2.log").open("w") as log:
            env = {**os.environ, "PYTHONPATH": str(ROOT)}
            self._process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        eventually(lambda: port_file.exists() and port_file.read_text())
        super().__init__(f"http://127.0.0.1:{port_file.read_text()}")
        eventually(lambda: self.control("GET", "health"))
        self.ec2 = self.client("ec2")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def reset(self) -> None:
        """As new, but for the instances."""
        self.control("DELETE", "faults")
        self.control("DELETE", "calls")
        self.control("DELETE", "prices")
        self.every_transition_takes(FAST)
        self.vcpu_quota(PLENTY)

    def vcpu_quota(self, vcpus: int) -> None:
        """How many vCPUs may run at once."""
        assert self.control("POST", "quota", {"vcpus": vcpus}), vcpus

    def product(self, code: str, *types: str) -> None:
        """Which types a product of the Marketplace lists; one that is not known lists all."""
        assert self.control("POST", "product", {"code": code, "types": types}), code

    def price(self, instance_type: str, usd: float | None = None, spot_usd: float | None = None) -> None:
        """What an hour of a type costs in us-east-1, on Spot in its first zone; None: AWS does not say."""
        wanted = {"type": instance_type, "region": "us-east-1", "usd": usd, "spot_usd": spot_usd}
        assert self.control("POST", "price", wanted), instance_type

    def show(self, instance_id: str, **members: object) -> None:
        """Let EC2 describe it with these members of Instance or InstanceStatus; None ends it."""
        wanted = {"instance_id": instance_id, **members}
        assert self.control("POST", "instance", wanted), f"cannot be shown: {wanted}"

    def schedule_event(self, instance_id: str, code: str, description: str = "Scheduled by AWS") -> None:
        """Let AWS plan something for it, such as `instance-retirement`, an hour from now."""
        start = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
        event = {"InstanceEventId": "instance-event-1", "Code": code, "Description": description}
        self.show(instance_id, Events=[{**event, "NotBefore": start}])

    def describe(self, instance_id: str) -> dict[str, Any]:
        return self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]

    def state(self, instance_id: str) -> str:
        return self.describe(instance_id)["State"]["Name"]

    def outcome(self, instance_id: str) -> tuple[str, str]:
        it = self.describe(instance_id)
        return it["InstanceType"], it["State"]["Name"]

    def checks(self, instance_id: str) -> str:
        answer = self.ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"]
        return answer[0]["InstanceStatus"]["Status"] if answer else ""

    def instance(self, state: str = "running", instance_type: str = BASE) -> str:
        """A new instance that is in this state now."""
        answer = self.ec2.run_instances(
            ImageId="ami-1e749f67", MinCount=1, MaxCount=1, InstanceType=instance_type
        )
        it = answer["Instances"][0]["InstanceId"]
        eventually(lambda: self.checks(it) == "ok")
        self.bring(it, state)
        return it

    def bring(self, it: str, state: str) -> None:
        """Bring a running instance into this state."""
        if state != "running":
            self.ec2.stop_instances(InstanceIds=[it])
        if state in {"stopped", "pending"}:
            eventually(lambda: self.state(it) == "stopped")
        if state == "pending":
            self.ec2.start_instances(InstanceIds=[it])

    def writes(self, instance_id: str) -> dict[str, int]:
        """How many calls that change something have been made on it, apart from dry runs and refusals."""
        calls = [
            call["action"]
            for call in self.calls()
            if instance_id in call["instance_ids"] and not call["dry_run"] and not call["error"]
        ]
        return {action: calls.count(action) for action in WRITES if action in calls}


def eventually(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until it holds; a test that waits longer than it needs has failed."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.01)
