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

SHUTDOWN_SECONDS = 2.5
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
class Region:
    """A simulated EC2 with machines, and what ran on them."""

    ec2: Simulator
    home: Home

    @property
    def notes(self) -> Path:
        return self.home.path / "notes"

    def workers(self) -> list[dict[str, Any]]:
        """All that have ever been started, oldest first."""
        notes = sorted(self.notes.glob("*.json"), key=lambda note: note.stat().st_mtime_ns)
        return [json.loads(note.read_text()) for note in notes]

    def takes_tasks(self) -> bool:
        """Whether the latest worker still runs, and no other one."""
        *before, latest = [runs(worker["pid"]) for worker in self.workers()] or [False]
        return latest and not any(before)

    def worker_takes(self, seconds: float) -> None:
        """How long a worker takes to end, from the next boot on."""
        settings = {"NOTES": str(self.notes), "TAKES_SECONDS": str(seconds)}
        unit.write_settings(
            self.home,
            {"TIER1_STAGE_QUEUE": QUEUE, "PYTHONPATH": str(self.home.machine / "current"), **settings},
        )

    @property
    def machine(self) -> Service:
        return Service(f"machine-{TRILLIUM}", self.home)

    def crash(self) -> None:
        self.machine.send(signal.SIGKILL)

    def stop(self) -> None:
        self.ec2.ec2.stop_instances(InstanceIds=[TRILLIUM])

    def start(self) -> None:
        self.ec2.ec2.start_instances(InstanceIds=[TRILLIUM])

    def state(self) -> str:
        return self.ec2.state(TRILLIUM)


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


@pytest.fixture
def region(monkeypatch):
    """With a worker that ends at once; the simulator knows what the worker must not."""
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "a key of the control plane")
    monkeypatch.setenv("TIER1_DATABASE_URL", "postgresql://quant:a-password@db/prices")
    with guarded_folder() as folder:
        home = Home(folder / "home", project=code_of_the_machine(folder / "code"))
        home.create()
        simulator = ["--machines", str(home.path), "--shutdown-seconds", str(SHUTDOWN_SECONDS)]
        region = Region(None, home)  # type: ignore[arg-type]
        region.notes.mkdir()
        region.worker_takes(0)
        region.ec2 = Simulator(folder, *simulator)
        region.ec2.reset()
        eventually(region.takes_tasks)
        yield region
        region.ec2.stop()


def test_a_machine_boots_when_its_instance_runs_and_is_off_when_that_is_stopped(region: Region):
    region.stop()
    eventually(lambda: region.state() == "stopped")
    assert region.machine.members() == []
    time.sleep(0.5)
    assert len(region.workers()) == 1
    region.start()
    eventually(region.takes_tasks)
    assert len(region.workers()) == 2


def test_each_instance_has_a_machine_of_its_own(region: Region):
    another = region.ec2.instance()
    eventually(lambda: len(region.workers()) == 2)
    names = [worker["environment"]["INSTANCE_ID"] for worker in region.workers()]
    assert names == [TRILLIUM, another]
    region.stop()
    eventually(lambda: region.state() == "stopped")
    assert region.takes_tasks()


def test_a_stop_takes_as_long_as_the_machine_takes_to_shut_down(region: Region):
    region.worker_takes(1)
    region.crash()
    region.stop()
    eventually(lambda: region.state() == "stopped")
    region.start()
    eventually(lambda: len(region.workers()) == 2 and region.takes_tasks())
    began = time.monotonic()
    region.stop()
    while region.state() == "stopping":
        time.sleep(0.02)
    assert region.state() == "stopped"
    assert region.machine.members() == []
    assert 1 <= time.monotonic() - began < SHUTDOWN_SECONDS


def test_a_machine_that_does_not_shut_down_loses_its_power(region: Region):
    assert region.machine.pid
    os.kill(region.machine.pid, signal.SIGSTOP)  # it hangs
    began = time.monotonic()
    region.stop()
    while region.state() == "stopping":
        time.sleep(0.02)
    assert SHUTDOWN_SECONDS <= time.monotonic() - began < SHUTDOWN_SECONDS + 2
    eventually(lambda: region.machine.members() == [])
    assert not region.takes_tasks()


def test_a_machine_is_off_when_its_instance_was_terminated(region: Region):
    region.ec2.ec2.terminate_instances(InstanceIds=[TRILLIUM])
    eventually(lambda: region.state() == "terminated")
    assert region.machine.members() == []


def test_a_machine_that_has_crashed_is_impaired_until_its_instance_is_stopped_and_started(region: Region):
    region.crash()
    eventually(lambda: region.ec2.checks(TRILLIUM) == "impaired")
    time.sleep(0.5)
    assert region.state() == "running"
    assert region.machine.members() == []
    region.stop()
    eventually(lambda: region.state() == "stopped")
    region.start()
    eventually(lambda: region.ec2.checks(TRILLIUM) == "ok")
    eventually(region.takes_tasks)


def test_a_reboot_gives_a_new_machine(region: Region):
    before = region.machine.pid
    region.ec2.ec2.reboot_instances(InstanceIds=[TRILLIUM])
    eventually(lambda: len(region.workers()) == 2 and region.takes_tasks())
    assert region.state() == "running"
    assert region.machine.pid != before
    eventually(lambda: region.ec2.checks(TRILLIUM) == "ok")


def test_a_worker_that_ended_is_started_again(region: Region):
    os.kill(region.workers()[0]["pid"], signal.SIGKILL)
    eventually(lambda: len(region.workers()) == 2 and region.takes_tasks())


def test_a_worker_is_started_as_its_unit_says_and_knows_its_machine(region: Region):
    (worker,) = region.workers()
    pid_file = str(region.home.machine / f"{TRILLIUM}.pid")
    assert worker["arguments"] == [
        *("edge", "worker", "--queues", QUEUE, "--edge-hostname", TRILLIUM, "--pid", pid_file)
    ]
    assert worker["environment"]["AWS_EC2_METADATA_SERVICE_ENDPOINT"].startswith("http://127.0.0.1:")


def test_a_worker_knows_nothing_of_its_host_but_the_workers_secret(region: Region):
    (worker,) = region.workers()
    environment = worker["environment"]
    assert environment["AIRFLOW__API_AUTH__JWT_SECRET"] == credentials.key(region.home, "jwt")
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
