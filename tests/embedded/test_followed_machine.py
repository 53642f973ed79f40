"""A machine that is another container's follows its instance as one of the simulator's own processes does."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil
import pytest

from embedded.ec2.machines import SILENT_SECONDS
from embedded.home import Home
from embedded.processes import Service
from tests.ec2.simulator import ROOT, Simulator, eventually
from tests.embedded.test_machines import code_of_the_machine, notes_in, workers_take
from tests.guardian import guarded_folder

TAKES_SECONDS = 1.0
FOLLOW = """
import signal, sys
from pathlib import Path
from embedded.containers.machine import Follower
from embedded.home import Home
from embedded.machine.hardware import Hardware

instance_id, url, home = sys.argv[1:]
follower = Follower(instance_id, Hardware(Home(Path(home)), own_logs=False), url)
signal.signal(signal.SIGTERM, follower.end)
follower.run()
"""


@dataclass
class Followed:
    """An instance, and the process that is its hardware."""

    ec2: Simulator
    home: Home
    it: str
    hardware: subprocess.Popen[bytes] | None = None

    def plug_in(self) -> None:
        command = [sys.executable, "-c", FOLLOW, self.it, self.ec2.url, str(self.home.path)]
        self.hardware = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
        eventually(lambda: self.machine.pid)

    def unplug(self) -> None:
        """End all of it with -9."""
        if self.hardware:
            self.hardware.kill()
            self.hardware.wait()
        self.machine.send(signal.SIGKILL)

    @property
    def machine(self) -> Service:
        return Service(f"machine-{self.it}", self.home)

    def stopped(self) -> bool:
        return self.ec2.state(self.it) == "stopped"


@pytest.fixture(scope="module")
def ec2():
    with guarded_folder() as folder:
        simulator = Simulator(folder)
        simulator.reset()
        yield simulator
        simulator.stop()


@pytest.fixture
def followed(ec2, tmp_path):
    home = Home(tmp_path / "home", project=code_of_the_machine(tmp_path / "code"))
    home.create()
    notes_in(home).mkdir()
    workers_take(TAKES_SECONDS, home)
    it = Followed(ec2, home, ec2.instance())
    it.plug_in()
    eventually(lambda: len(list(notes_in(home).glob("*.json"))) == 1)
    yield it
    it.unplug()


def test_an_instance_is_stopping_until_its_machine_is_off_and_boots_it_again(followed: Followed):
    before = followed.machine.pid
    began = time.monotonic()
    followed.ec2.ec2.stop_instances(InstanceIds=[followed.it])
    eventually(followed.stopped)
    assert time.monotonic() - began >= TAKES_SECONDS
    assert followed.machine.members() == []
    followed.ec2.ec2.modify_instance_attribute(InstanceId=followed.it, InstanceType={"Value": "c7i.8xlarge"})
    followed.ec2.ec2.start_instances(InstanceIds=[followed.it])
    eventually(lambda: followed.machine.pid)
    assert followed.machine.pid != before
    command = psutil.Process(followed.machine.pid).cmdline()
    assert command[command.index("--instance-type") + 1] == "c7i.8xlarge"


def test_a_machine_whose_container_is_killed_is_impaired_until_it_comes_back(followed: Followed):
    eventually(lambda: followed.ec2.checks(followed.it) == "ok")
    followed.unplug()
    eventually(lambda: followed.ec2.checks(followed.it) == "impaired", SILENT_SECONDS + 5)
    assert followed.ec2.state(followed.it) == "running"
    followed.plug_in()
    eventually(lambda: followed.ec2.checks(followed.it) == "ok")


def test_an_instance_whose_machine_is_gone_can_be_stopped(followed: Followed):
    followed.unplug()
    followed.ec2.ec2.stop_instances(InstanceIds=[followed.it])
    eventually(followed.stopped, SILENT_SECONDS + 5)


def test_hardware_that_is_told_to_end_shuts_its_machine_down_first(followed: Followed):
    assert followed.hardware
    followed.hardware.terminate()
    assert followed.hardware.wait(10) == 0
    assert followed.machine.members() == []


def test_hardware_that_is_told_to_end_waits_while_a_run_has_leased_its_instance(followed: Followed):
    assert followed.hardware
    lease = {"Key": "tier1:lease-run", "Value": "a-run"}
    followed.ec2.ec2.create_tags(Resources=[followed.it], Tags=[lease])
    followed.hardware.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        followed.hardware.wait(3)
    assert followed.machine.pid
    followed.ec2.ec2.delete_tags(Resources=[followed.it], Tags=[{"Key": lease["Key"]}])
    assert followed.hardware.wait(15) == 0
    assert followed.machine.members() == []
