"""What the services were started for, and who may stop or use them."""

import io
import json
import os
import subprocess
import sys

import pytest
from airflow.utils.state import State
from rich.console import Console

from embedded import demo
from embedded.airflow import SHARED_MEMORY
from embedded.airflow_api import FINISHED_TASK
from embedded.environment import given_by_user
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.loopback import free_port
from embedded.processes import Service
from embedded.services import Services
from include.settings import ROOT

# `python -m embedded` on another home
COMMAND = """
import sys
from pathlib import Path
import embedded.__main__ as main
from embedded.home import Home
main.Home = lambda: Home(Path(sys.argv[1]))
main.app(sys.argv[2:])
"""


@pytest.fixture
def services(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    return Services(home, Console(file=io.StringIO()))


@pytest.fixture
def running(services, monkeypatch):
    """All of them run, started without a word of the user about AWS."""
    monkeypatch.setattr(Service, "pid", property(lambda _: os.getpid()))
    ports = {"ui": 8080, "ec2": None}
    record = {"ports": ports, "given": given_by_user(os.environ), "stay": True}
    (services.home.run / "started.json").write_text(json.dumps(record))
    return services


def test_services_that_run_for_another_aws_are_not_used(running, monkeypatch):
    assert running.for_this_environment().ui == 8080
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(EmbeddedError, match=r"another TIER1_AWS.*make down"):
        running.for_this_environment()


def test_services_that_run_for_another_aws_are_found_all_the_same_by_who_stops_them(running, monkeypatch):
    monkeypatch.setenv("TIER1_AWS", "real")
    assert running.running().ui == 8080


@pytest.mark.parametrize("command", ["up", "demo"])
def test_nothing_starts_and_nothing_stops_where_the_environment_is_not_clear(command, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(tmp_path / "home"), command],
        env={**os.environ, "TIER1_AWS": "yes", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("TIER1_AWS='yes' has no meaning")
    assert list((tmp_path / "home/logs").glob("*.log")) == []


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"TIER1_AWS": "real", "AWS_DEFAULT_REGION": "eu-west-1"}, "i-0a on AWS itself, in eu-west-1"),
        ({"AWS_ENDPOINT_URL": "http://user:secret@127.0.0.1:9/x"}, "i-0a at 127.0.0.1"),
    ],
)
def test_a_demo_that_is_not_simulated_says_first_what_it_resizes(services, monkeypatch, environ, line):
    keys = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "TIER1_INSTANCE_ID": "i-0a"}
    for name, value in (keys | environ).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(services, "start", lambda *_, **__: (_ for _ in ()).throw(EmbeddedError("here")))
    with pytest.raises(EmbeddedError, match="here"):
        demo.run_demo(services, 8080)
    said = services.console.file.getvalue()
    assert said.startswith(f"This resizes {line}")
    assert "secret" not in said


def test_a_simulated_demo_says_nothing_of_the_kind(services, monkeypatch):
    monkeypatch.setattr(services, "start", lambda *_, **__: (_ for _ in ()).throw(EmbeddedError("here")))
    with pytest.raises(EmbeddedError, match="here"):
        demo.run_demo(services, 8080)
    assert "resizes" not in services.console.file.getvalue()


READ_ONLY = f'at={SHARED_MEMORY}; mount --bind "$1" $at && mount -o remount,bind,ro $at && shift && exec "$@"'
MAPPED = [] if os.geteuid() == 0 else ["--map-root-user"]
PRIVATELY = ["unshare", *MAPPED, "--mount", "sh", "-c", READ_ONLY, "sh"]


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_machine_without_shared_memory_is_told_before_anything_starts(command, tmp_path):
    if subprocess.run([*PRIVATELY, tmp_path, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mounts of one's own")
    done = subprocess.run(
        [*PRIVATELY, tmp_path, sys.executable, "-c", COMMAND, str(tmp_path / "home"), command],
        env={**os.environ, "TIER1_UI_PORT": str(free_port()), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith(f"{SHARED_MEMORY} cannot be used")
    assert "mount -t tmpfs" in done.stdout
    assert done.stderr == ""
    assert list((tmp_path / "home/logs").glob("*.log")) == []


def test_a_finished_task_is_what_airflow_takes_for_one() -> None:
    assert {state.value for state in State.finished} == FINISHED_TASK
