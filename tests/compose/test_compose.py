"""`docker compose up`, for real: the tests stand in the order of what somebody does with it."""

import stat
import subprocess
import time

import pytest

from embedded.environment import INSTANCE_ID
from tests.airflow.waiting import eventually
from tests.compose.stack import COMPOSE_1, COMPOSE_2, SERVICES, Run, Stack

BASE, WORK = "t3.2xlarge", "c7i.8xlarge"
STAGES = ("stage_2_3", "stage_2_4", "stage_2_16b")
A_YEAR = {"end_month": "2024-12"}


@pytest.mark.parametrize("tool", [COMPOSE_1, COMPOSE_2])
def test_each_compose_reads_the_file(cloned: Stack, tool: tuple[str, ...]):
    told = subprocess.run(
        [*tool, "--profile", "simulated", "config", "--services"],
        cwd=cloned.path, env=cloned.engine.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert set(told.stdout.split()) == {*SERVICES, "init"}
    assert told.stderr == ""


def test_settings_and_secrets_are_written_once_for_their_owner_only(cloned: Stack):
    files = [cloned.path / ".env", cloned.path / "tier1.env", *(cloned.path / ".secrets").iterdir()]
    before = {file: file.read_text() for file in files}
    cloned.make_env()
    assert {file: file.read_text() for file in files} == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_all_services_become_healthy(stack: Stack):
    assert stack.ill() == []
    assert stack.instance() == (BASE, "running")


def test_nobody_is_root_or_can_become_it(stack: Stack):
    status = {name: (stack.main_process(name) / "status").read_text() for name in SERVICES}
    lines = {name: dict(line.split(":\t", 1) for line in text.splitlines()) for name, text in status.items()}
    assert {name: it["Uid"].split()[0] for name, it in lines.items() if it["Uid"].split()[0] == "0"} == {}
    assert {it["NoNewPrivs"] for it in lines.values()} == {"1"}
    assert {name for name, it in lines.items() if int(it["CapEff"], 16)} == set()


def test_nothing_but_volumes_and_scratch_can_be_written(stack: Stack):
    touch = ("touch", "/usr/there", "/opt/there", "/etc/there")
    refused = {
        name: subprocess.run(
            ["docker", "exec", stack.container(name)["Id"], *touch],
            env=stack.engine.env, capture_output=True, text=True, check=False,
        ).stderr.count("Read-only file system")
        for name in SERVICES
    }  # fmt: skip
    assert refused == dict.fromkeys(SERVICES, 3)


def test_only_the_ui_is_published_and_only_on_this_machine(stack: Stack):
    bound = {
        it["Config"]["Labels"]["com.docker.compose.service"]: ports
        for it in stack.containers()
        if (ports := [port for ports in it["NetworkSettings"]["Ports"].values() for port in ports or []])
    }
    assert bound == {"api-server": [{"HostIp": "127.0.0.1", "HostPort": str(stack.port)}]}


def test_each_container_is_bounded(stack: Stack):
    bounds = [it["HostConfig"] for it in stack.containers()]
    assert min(it["Memory"] for it in bounds) > 0
    assert min(it["PidsLimit"] for it in bounds) > 0
    assert {
        (it["LogConfig"]["Config"]["max-size"], it["LogConfig"]["Config"]["max-file"]) for it in bounds
    } == {("10m", "3")}
    assert stack.container("postgres")["HostConfig"]["ShmSize"] >= 2**30


def test_a_setting_of_the_users_reaches_every_container_of_the_project(stack: Stack):
    reached = {
        name: stack.inside(name, "printenv", "TIER1_STAGE_RETRIES").strip()
        for name in SERVICES
        if name != "postgres"
    }
    assert set(reached.values()) == {"1"}


def test_a_run_is_green_and_its_stages_ran_on_the_machine(stack: Stack):
    run, types = Run(stack, "test__green"), stack.types()
    run.starts()
    assert run.ends() == "success", run.states()
    assert stack.types() == [*types, WORK, BASE]
    assert stack.instance() == (BASE, "running")
    assert {run.hosts()[stage] for stage in STAGES} == {INSTANCE_ID}
    assert markers(stack, "test__green") == {(INSTANCE_ID, 9)}


def test_a_run_ends_green_and_small_although_scheduler_triggerer_and_machine_crash_in_a_stage(stack: Stack):
    run, types = Run(stack, "test__crashes"), stack.types()
    run.starts(**A_YEAR)
    run.becomes("stage_2_3", "running")
    stack.crash("machine", "scheduler", "triggerer")
    assert run.ends() == "success", run.states()
    assert run.attempts()["stage_2_3"] == 2  # TIER1_STAGE_RETRIES allows one more
    assert stack.types() == [*types, WORK, BASE]
    assert stack.instance() == (BASE, "running")
    assert sum(months for _, months in markers(stack, "test__crashes")) == 36
    eventually(lambda: stack.ill() == [])


def test_health_checks_and_the_idle_worker_do_not_drown_the_log(stack: Stack):
    began = int(time.time())
    time.sleep(30)
    said = stack.compose("logs", "--no-color", f"--since={began}", "api-server", "caretaker", "postgres")
    assert len(said.splitlines()) < 15, said


def test_no_secret_is_seen_by_inspecting_containers_or_processes_or_in_logs(stack: Stack):
    seen = {
        "inspect": str(stack.containers()),
        "processes": subprocess.run(
            ["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True
        ).stdout,
        "logs": stack.compose("logs", "--no-color"),
        "settings": (stack.path / ".env").read_text() + (stack.path / "tier1.env").read_text(),
    }
    assert [
        (name, where) for name, text in stack.secrets().items() for where, it in seen.items() if text in it
    ] == []


def test_down_in_mid_run_leaves_the_instance_small_and_the_data_there(stack: Stack):
    run = Run(stack, "test__down")
    run.starts(**A_YEAR)
    run.becomes("stage_2_3", "running")
    with stack.heard("ec2") as said:
        stack.compose("down")
        modified, started = said().rpartition(f"ModifyInstanceAttribute {INSTANCE_ID} {BASE} -> 200")[1:]
    assert modified
    assert f"StartInstances {INSTANCE_ID} -> 200" in started
    assert stack.containers() == []
    stack.tool = COMPOSE_1
    stack.up()
    assert run.state() == "failed"  # the password is what it was, and so are the data


def test_down_with_its_volumes_leaves_nothing(stack: Stack):
    stack.compose("down", "--volumes")
    for kind in ("container", "volume", "network"):
        every = ["--all"] if kind == "container" else []
        assert stack.engine.docker(kind, "ls", *every, "--quiet", "--filter", f"label={stack.label}") == ""


def markers(stack: Stack, run_id: str) -> set[tuple[str, int]]:
    """The hosts in the markers of a run, each with the number of its months."""
    query = f"select host, count(*) from tier1.completion_marker where run_id = '{run_id}' group by host"  # noqa: S608
    told = stack.inside(
        "postgres", "psql", "--username=postgres", "--dbname=tier1", "--csv", "--tuples-only", "-c", query
    )
    return {(host, int(count)) for host, count in (line.split(",") for line in told.splitlines())}
