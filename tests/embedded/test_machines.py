"""An instance that runs has a machine of processes, and one that was stopped has none."""

import json
import os
import shlex
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from embedded import credentials
from embedded.environment import QUEUE, Ports, airflow_environment, worker_settings
from embedded.home import Home
from embedded.machine import __main__ as machine
from embedded.machine import unit
from embedded.machine.__main__ import Init
from embedded.processes import Service
from include.settings import ROOT
from tests.ec2.simulator import TRILLIUM, Simulator, eventually
from tests.guardian import guarded_folder

SHUTDOWN_SECONDS = 4
# Stands for Airflow: notes how it was started, and takes its time to end.
WORKER = """
import json, os, pathlib, signal, sys, time

def end(*_):
    time.sleep(float(os.environ["TAKES_SECONDS"]))
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
note = pathlib.Path(os.environ["NOTES"], f"{os.getpid()}.json")
new = note.with_suffix(".new")
new.write_text(json.dumps({"pid": os.getpid(), "arguments": sys.argv[1:], "environment": dict(os.environ)}))
new.rename(note)
time.sleep(60)
"""


@dataclass
class Instance:
    """An instance of a simulated EC2 with machines, and what ran on it."""

    ec2: Simulator
    home: Home
    it: str

    def workers(self) -> list[dict[str, Any]]:
        """All that have ever been started, oldest first."""
        notes = sorted(notes_in(self.home).glob("*.json"), key=lambda note: note.stat().st_mtime_ns)
        found = [json.loads(note.read_text()) for note in notes]
        return [worker for worker in found if worker["environment"]["INSTANCE_ID"] == self.it]

    def takes_tasks(self) -> bool:
        """Whether the latest worker still runs, and no other one."""
        *before, latest = [runs(worker["pid"]) for worker in self.workers()] or [False]
        return latest and not any(before)

    @property
    def machine(self) -> Service:
        return Service(f"machine-{self.it}", self.home)

    def crash(self) -> None:
        self.machine.send(signal.SIGKILL)

    def stop(self) -> None:
        self.ec2.ec2.stop_instances(InstanceIds=[self.it])

    def start(self) -> None:
        self.ec2.ec2.start_instances(InstanceIds=[self.it])

    def state(self) -> str:
        return self.ec2.state(self.it)


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def code_of_the_machine(path: Path) -> Path:
    """A project whose unit is ours, and whose Airflow is a trivial program."""
    worker = path / "deploy/worker"
    worker.mkdir(parents=True)
    for name in ("tier1-worker.service", "defaults.env"):
        (worker / name).symlink_to(ROOT / "deploy/worker" / name)
    (path / "airflow.py").write_text(WORKER)
    return path


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home", project=code_of_the_machine(tmp_path / "code"))
    home.create()
    return home


def notes_in(home: Home) -> Path:
    return home.path / "notes"


def workers_take(seconds: float, home: Home) -> None:
    """How long a worker takes to end, from the next boot on."""
    settings = {"PYTHONPATH": str(home.machine / "current"), "NOTES": str(notes_in(home))}
    unit.write_settings(home, settings | {"TIER1_STAGE_QUEUE": QUEUE, "TAKES_SECONDS": str(seconds)})


@pytest.fixture(scope="module")
def region():
    """With workers that end at once; the simulator knows what a worker must not."""
    with guarded_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__FERNET_KEY", "a key of the control plane")
        patch.setenv("TIER1_DATABASE_URL", "postgresql://quant:a-password@db/prices")
        home = Home(folder / "home", project=code_of_the_machine(folder / "code"))
        home.create()
        notes_in(home).mkdir()
        workers_take(0, home)
        options = ["--machines", str(home.path), "--shutdown-seconds", str(SHUTDOWN_SECONDS)]
        ec2 = Simulator(folder, *options)
        ec2.reset()
        yield ec2, home
        ec2.stop()


@pytest.fixture
def new(region):
    """A function that makes an instance, which takes tasks; all are gone in the end."""
    ec2, home = region
    made = []

    def make() -> Instance:
        made.append(Instance(ec2, home, ec2.instance()))
        eventually(made[-1].takes_tasks)
        return made[-1]

    yield make
    workers_take(0, home)
    for it in made:
        it.crash()
        ec2.ec2.terminate_instances(InstanceIds=[it.it])


@pytest.fixture
def instance(new):
    return new()


def test_a_machine_boots_when_its_instance_runs_and_is_off_when_that_is_stopped(instance: Instance):
    instance.stop()
    eventually(lambda: instance.state() == "stopped")
    assert instance.machine.members() == []
    time.sleep(0.5)
    assert len(instance.workers()) == 1
    instance.start()
    eventually(instance.takes_tasks)
    assert len(instance.workers()) == 2


def test_each_instance_has_a_machine_of_its_own(instance: Instance, new):
    another = new()
    assert another.machine.pid != instance.machine.pid
    instance.stop()
    eventually(lambda: instance.state() == "stopped")
    assert another.takes_tasks()


def test_a_stop_takes_as_long_as_the_machine_takes_to_shut_down(instance: Instance):
    workers_take(1, instance.home)
    instance.crash()
    instance.stop()
    eventually(lambda: instance.state() == "stopped")
    instance.start()
    eventually(lambda: len(instance.workers()) == 2 and instance.takes_tasks())
    began = time.monotonic()
    instance.stop()
    eventually(lambda: instance.state() != "stopping")
    assert instance.state() == "stopped"
    assert instance.machine.members() == []
    assert 1 <= time.monotonic() - began < SHUTDOWN_SECONDS


def test_a_machine_that_does_not_shut_down_loses_its_power(instance: Instance):
    assert instance.machine.pid
    os.kill(instance.machine.pid, signal.SIGSTOP)  # it hangs
    began = time.monotonic()
    instance.stop()
    eventually(lambda: instance.state() != "stopping")
    assert SHUTDOWN_SECONDS <= time.monotonic() - began < SHUTDOWN_SECONDS + 2
    eventually(lambda: instance.machine.members() == [])
    assert not instance.takes_tasks()


def test_a_machine_is_off_when_its_instance_was_terminated(instance: Instance):
    instance.ec2.ec2.terminate_instances(InstanceIds=[instance.it])
    eventually(lambda: instance.state() == "terminated")
    assert instance.machine.members() == []


def test_a_machine_that_has_crashed_is_impaired_until_its_instance_is_stopped_and_started(instance: Instance):
    instance.crash()
    eventually(lambda: instance.ec2.checks(instance.it) == "impaired")
    time.sleep(0.5)
    assert instance.state() == "running"
    assert instance.machine.members() == []
    instance.stop()
    eventually(lambda: instance.state() == "stopped")
    instance.start()
    eventually(lambda: instance.ec2.checks(instance.it) == "ok")
    eventually(instance.takes_tasks)


def test_a_reboot_gives_a_new_machine(instance: Instance):
    before = instance.machine.pid
    instance.ec2.ec2.reboot_instances(InstanceIds=[instance.it])
    eventually(lambda: len(instance.workers()) == 2 and instance.takes_tasks())
    assert instance.state() == "running"
    assert instance.machine.pid != before
    eventually(lambda: instance.ec2.checks(instance.it) == "ok")


def test_a_worker_that_ended_is_started_again(instance: Instance):
    os.kill(instance.workers()[0]["pid"], signal.SIGKILL)
    eventually(lambda: len(instance.workers()) == 2 and instance.takes_tasks())


def test_a_worker_is_started_as_its_unit_says_and_knows_its_machine(instance: Instance):
    (worker,) = instance.workers()
    pid_file = str(instance.home.machine / f"{instance.it}.pid")
    assert worker["arguments"] == [
        *("edge", "worker", "--queues", QUEUE, "--edge-hostname", instance.it, "--pid", pid_file)
    ]
    assert worker["environment"]["AWS_EC2_METADATA_SERVICE_ENDPOINT"].startswith("http://127.0.0.1:")


def test_a_worker_knows_nothing_of_its_host_but_the_workers_secret(instance: Instance):
    (worker,) = instance.workers()
    environment = worker["environment"]
    assert environment["AIRFLOW__API_AUTH__JWT_SECRET"] == credentials.key(instance.home, "jwt")
    assert "a key of the control plane" not in environment.values()
    assert not any("a-password" in value for value in environment.values())


# ---- without a simulated EC2


@pytest.fixture
def boot(tmp_path):
    """A function that starts an init in this process; it is shut down in the end."""
    inits = []

    def start(command: list[str]) -> Init:
        init = Init(command, dict(os.environ))
        thread = threading.Thread(target=init.run)
        inits.append((init, thread))
        thread.start()
        eventually(lambda: init._worker)
        return init

    yield start
    for init, thread in inits:
        init.shut_down(signal.SIGTERM, None)
        thread.join(20)
        assert not thread.is_alive()


def test_the_init_ends_a_worker_that_does_not_end(boot, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "STOP_SECONDS", 0.3)
    ready = tmp_path / "ready"
    init = boot(
        ["sh", "-c", f"trap '' TERM; touch {shlex.quote(str(ready))}; while true; do sleep 0.1; done"]
    )
    eventually(ready.exists)
    init.shut_down(signal.SIGTERM, None)
    eventually(lambda: init._worker.returncode == -signal.SIGKILL)


def test_the_init_starts_no_worker_again_that_it_has_ended(boot, tmp_path):
    started = tmp_path / "started"
    init = boot(["sh", "-c", f"echo >> {shlex.quote(str(started))}; exec sleep 60"])
    eventually(started.exists)
    init.shut_down(signal.SIGTERM, None)
    time.sleep(machine.RESTART_SECONDS + 0.5)
    assert started.read_text() == "\n"


def test_the_worker_is_told_what_systemd_would_tell_it(home: Home):
    """But for the file of its process, which here is not in /run."""
    unit.write_settings(home, {"TIER1_STAGE_QUEUE": "a queue"})
    python, dash_m, airflow, *told = unit.worker_command(home, unit.environment(home, "i-1"))
    lines = (ROOT / "deploy/worker/tier1-worker.service").read_text().splitlines()
    (line,) = [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    systemd = line.replace("/run/tier1/worker.pid", str(home.machine / "i-1.pid")).split(" ")
    systemd = [
        word.replace("${TIER1_STAGE_QUEUE}", "a queue").replace("${INSTANCE_ID}", "i-1") for word in systemd
    ]
    assert [python, dash_m, airflow] == [sys.executable, "-m", "airflow"]
    assert systemd[0].endswith("/bin/airflow")
    assert told == systemd[1:]


def test_what_is_set_on_the_machine_wins_over_what_comes_with_the_code(home: Home):
    unit.write_settings(home, {"AIRFLOW__EDGE__WORKER_CONCURRENCY": "3"})
    environment = unit.environment(home, "i-1")
    assert environment["AIRFLOW__EDGE__WORKER_CONCURRENCY"] == "3"
    assert environment["AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS"] == "100"


def test_the_worker_of_the_demo_holds_nothing_that_opens_the_databases_or_speaks_for_users(server: Home):
    ports = Ports(ui=8080, ec2=5000)
    airflow = airflow_environment(server, ports)
    unit.write_settings(server, worker_settings(server, ports))
    worker = unit.environment(server, TRILLIUM)
    kept = {
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
        "AIRFLOW_CONN_AWS_DEFAULT",
        "AIRFLOW_CONN_TIER1_POSTGRES",
        "AWS_SECRET_ACCESS_KEY",
        "TIER1_DATABASE_URL",
    }
    assert kept <= airflow.keys()
    assert not kept & worker.keys()
    secrets = {airflow[name] for name in kept}
    assert not [name for name, value in worker.items() if value in secrets]
    assert worker["AIRFLOW__API_AUTH__JWT_SECRET"] == airflow["AIRFLOW__API_AUTH__JWT_SECRET"]
    assert worker["AIRFLOW__CORE__EXECUTOR"] == airflow["AIRFLOW__CORE__EXECUTOR"]
