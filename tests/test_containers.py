"""The container files: the pinned Airflow, the services of `make up`, nothing open, no secret in them."""

import json
import re
from typing import Any

import pytest
import yaml

from include.settings import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AIRFLOW = {"api-server", "scheduler", "dag-processor", "triggerer"}
OURS = AIRFLOW | {"init", "caretaker", "ec2", "machine"}
PAGE = (ROOT / "docs/how-to/containers.md").read_text()


def each(names: set[str]):
    return pytest.mark.parametrize("name", sorted(names))


def test_the_image_is_the_airflow_that_the_requirements_pin():
    pinned = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    image = f"apache/airflow:{pinned[1]}-python3.12"
    assert f"ARG AIRFLOW_IMAGE={image}\n" in (ROOT / "Dockerfile").read_text()
    assert SERVICES["init"]["build"]["args"] == {"AIRFLOW_IMAGE": f"${{TIER1_AIRFLOW_IMAGE:-{image}}}"}


def test_everything_that_the_dockerfile_copies_exists_and_is_sent_to_the_builder():
    copied = re.findall(r"^COPY (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert copied
    assert [path for path in copied if not (ROOT / path).exists() or f"!{path}" not in sent] == []


def test_the_image_has_all_that_runs_in_it():
    copied = re.findall(r"^COPY (\S+) /opt/airflow/\1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    code = {"dags", "plugins", "include", "cli", "embedded", "deploy/worker"}
    assert set(copied) == code | {"docs/how-to/runbook.md"}  # which logs and the page quote


def test_the_services_are_those_of_make_up_and_the_simulated_ones_are_chosen():
    assert set(SERVICES) == OURS | {"postgres"}
    assert {name for name, it in SERVICES.items() if it.get("profiles") == ["simulated"]} == {
        "ec2",
        "machine",
    }
    assert {name for name, it in SERVICES.items() if "profiles" in it} == {"ec2", "machine"}


@each(AIRFLOW)
def test_a_service_of_airflow_runs_what_it_is_called(name):
    assert SERVICES[name]["command"][:5] == ["python", "-m", "embedded.containers", "airflow", name]


def test_one_service_builds_the_image_and_nobody_looks_for_it_elsewhere():
    assert {name for name, it in SERVICES.items() if "build" in it} == {"init"}
    assert {SERVICES[name]["image"] for name in OURS} == {"${TIER1_IMAGE:-tier1}"}
    assert {SERVICES[name]["pull_policy"] for name in OURS} == {"never"}


def test_only_the_ui_is_reachable_and_only_from_this_machine():
    published = {name: it["ports"] for name, it in SERVICES.items() if "ports" in it}
    assert published == {"api-server": ["127.0.0.1:${TIER1_UI_PORT:-8080}:8080"]}


def test_what_has_no_business_outside_has_no_way_out():
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, it in SERVICES.items() if it["networks"] != ["inside"]}
    assert outside == {"init", "api-server", "scheduler", "triggerer"}


@each(OURS)
def test_our_processes_are_not_root_and_their_root_is_read_only(name):
    service = SERVICES[name]
    assert service["user"].endswith("}:0")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service


@each(set(SERVICES))
def test_nobody_gains_privileges_fills_the_disk_with_logs_or_takes_the_machine(name):
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert {"mem_limit", "pids_limit"} <= set(service)
    assert not {"privileged", "network_mode", "pid"} & set(service)
    assert "docker.sock" not in json.dumps(service)


@each(set(SERVICES) - {"init"})
def test_what_has_ended_by_itself_comes_back(name):
    assert SERVICES[name]["restart"] == "unless-stopped"


@each(set(SERVICES) - {"init", "machine"})
def test_a_service_tells_whether_it_is_well(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@each(OURS)
def test_all_settings_reach_it(name):
    assert SERVICES[name]["env_file"] == ["tier1.env"]


def test_no_secret_is_in_an_environment():
    for name, service in SERVICES.items():
        names = service.get("environment", {})
        assert [it for it in names if re.search("PASSWORD|SECRET|KEY|URL$", it)] in (
            ["TIER1_BASE_URL"],
            ["POSTGRES_PASSWORD_FILE"],
        ), name


def test_every_secret_is_a_file_that_make_compose_env_writes():
    files = {it["file"] for it in COMPOSE["secrets"].values()}
    assert {file.partition("/")[0] for file in files} == {".secrets"}
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


@pytest.mark.parametrize(
    ("secret", "readers"),
    [
        ("jwt_private_key", {"api-server", "scheduler"}),
        ("jwt_secret", {"api-server", "scheduler", "triggerer", "machine"}),
        ("postgres_password", {"postgres", "init"}),
        ("passwords", {"api-server", "caretaker"}),
    ],
)
def test_a_secret_is_given_to_those_who_need_it(secret, readers):
    assert {name for name, it in SERVICES.items() if secret in it.get("secrets", [])} == readers


def test_the_worker_has_its_own_secret_and_nothing_else():
    assert SERVICES["machine"]["secrets"] == ["jwt_secret"]


def test_tasks_start_only_after_the_database_is_migrated_and_the_api_answers():
    assert SERVICES["api-server"]["depends_on"] == {"init": {"condition": "service_completed_successfully"}}
    for name in ("scheduler", "dag-processor", "triggerer"):
        assert SERVICES[name]["depends_on"] == {"api-server": {"condition": "service_healthy"}}


def test_the_caretaker_starts_last_and_so_is_stopped_first():
    assert set(SERVICES["caretaker"]["depends_on"]) == AIRFLOW
    assert [name for name, it in SERVICES.items() if "caretaker" in it.get("depends_on", {})] == []


@each({"TIER1_UI_PORT", "TIER1_BASE_URL", "TIER1_AIRFLOW_IMAGE", "TIER1_POSTGRES_IMAGE", "TIER1_IMAGE"})
def test_a_variable_of_compose_is_explained(name):
    assert f"`{name}`" in PAGE


def test_no_default_stands_in_another_as_compose_1_29_cannot_read_it():
    assert not re.search(r"\$\{[^}]*\$\{", (ROOT / "docker-compose.yaml").read_text())


def test_the_policy_allows_writing_to_the_one_instance_and_its_dead_man_switch_only():
    statements = json.loads((ROOT / "deploy/iam-policy.json").read_text())["Statement"]
    written = {
        statement["Resource"].rpartition(":")[2]
        for statement in statements
        if not all(re.search(":(Describe|Get)", action) for action in as_list(statement["Action"]))
    }
    assert written == {
        "instance/i-08a8fa9a42491827c",
        "schedule/default/tier1-i-08a8fa9a42491827c",
        "role/tier1-dead-man-switch-SchedulerRole-*",  # CloudFormation chooses the rest of its name
        "tier1-dead-man-switch-alerts",
    }


def as_list(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
