import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.processes import Service, stop

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
# a child that leaves the process group, as Airflow's tasks do, and a grandchild
FAMILY = [
    "sh",
    "-c",
    f""""{sys.executable}" -c '
import os, subprocess, time
os.setpgid(0, 0)
subprocess.Popen(["sleep", "60"])
open("ready", "w").close()
time.sleep(60)' & wait""",
]
STUBBORN = ["sh", "-c", "trap '' TERM; touch ready; while true; do sleep 0.1; done"]


@pytest.fixture
def home(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def service(home: Home):
    service = Service("sample", home)
    yield service
    stop([service], grace_seconds=0)


def wait_for(path: Path):
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_started_service_runs_until_it_is_stopped(service: Service):
    service.start(SLEEP, os.environ)
    assert service.pid is not None
    service.require_running()

    stop([service], grace_seconds=5)

    assert service.pid is None
    assert not service.pid_file.exists()


def test_another_process_finds_the_service_by_its_pid_file(service: Service, home: Home):
    service.start(SLEEP, os.environ)

    assert Service("sample", home).pid == service.pid


def test_a_service_that_dies_at_its_start_is_reported_with_the_end_of_its_log(service: Service):
    service.start(["sh", "-c", "echo starting; echo no such table >&2; exit 3"], os.environ)
    while service.pid is not None:
        time.sleep(0.02)

    with pytest.raises(EmbeddedError, match=r"sample has ended(.|\n)*starting\nno such table"):
        service.require_running()


def test_all_descendants_are_stopped_also_those_in_other_process_groups(service: Service, home: Home):
    service.start(FAMILY, os.environ)
    wait_for(home.path / "ready")
    family = service.members()
    assert len(family) == 3

    stop([service], grace_seconds=5)

    assert not any(process.is_running() and process.status() != "zombie" for process in family)


def test_descendants_are_stopped_when_the_service_itself_was_killed(service: Service, home: Home):
    service.start(FAMILY, os.environ)
    wait_for(home.path / "ready")
    assert service.pid is not None
    os.kill(service.pid, signal.SIGKILL)
    while service.pid is not None:
        time.sleep(0.02)
    assert len(service.members()) == 2

    stop([service], grace_seconds=5)

    assert service.members() == []


def test_a_service_that_ignores_the_polite_signal_is_killed_after_the_grace_period(
    service: Service, home: Home
):
    service.start(STUBBORN, os.environ)
    wait_for(home.path / "ready")

    stop([service], grace_seconds=0.3)

    assert service.pid is None


def test_a_pid_that_belongs_to_another_program_by_now_is_left_alone(home: Home):
    with subprocess.Popen(SLEEP, start_new_session=True) as stranger:
        stale = Service("stale", home)
        stale.pid_file.write_text(json.dumps({"pid": stranger.pid, "started": 12.5}))

        assert stale.pid is None
        stop([stale], grace_seconds=1)

        assert stranger.poll() is None
        assert not stale.pid_file.exists()
        stranger.kill()


def test_the_log_of_the_start_before_is_kept(service: Service):
    for word in ("first", "second"):
        service.start(["sh", "-c", f"echo {word}"], os.environ)
        while service.pid is not None:
            time.sleep(0.02)

    assert service.log.read_text() == "second\n"
    assert service.log.with_suffix(".previous.log").read_text() == "first\n"
