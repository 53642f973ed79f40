"""The container files: the pinned Airflow, the same services, nothing open to the network, no secret."""

import json
import re

import pytest
import yaml

from include.settings import ROOT

COMPOSE = (ROOT / "docker-compose.yaml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
SECRETS = ("FERNET_KEY", "API_SECRET_KEY", "JWT_SECRET", "POSTGRES_PASSWORD")


def test_the_image_is_the_airflow_that_the_requirements_pin():
    pinned = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    image = re.search(
        r"^FROM apache/airflow:(\S+)-python3\.12$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    assert pinned is not None
    assert image is not None
    assert image[1] == pinned[1]


def test_everything_that_the_dockerfile_copies_exists_and_is_sent_to_the_builder():
    copied = re.findall(r"^COPY (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert copied
    assert [path for path in copied if not (ROOT / path).exists() or f"!{path}" not in sent] == []


def test_the_image_has_all_that_runs_in_it():
    copied = re.findall(r"^COPY (\w+) /opt/airflow/\1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert set(copied) == {"dags", "plugins", "include", "cli", "embedded"}


def test_the_services_are_those_of_make_up():
    assert set(SERVICES) == {
        "postgres", "ec2", "init", "api-server", "scheduler", "dag-processor", "triggerer",
    }  # fmt: skip
    airflow = {
        name: SERVICES[name]["command"] for name in ("api-server", "scheduler", "dag-processor", "triggerer")
    }
    assert airflow == {name: ["airflow", name] for name in airflow}


def test_only_the_ui_is_reachable_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_the_environment_and_its_absence_is_explained(name):
    uses = re.findall(rf"\$\{{{name}(:[^}}]*)?\}}", COMPOSE)
    assert ":?see docs/how-to/containers.md" in uses
    assert set(uses) <= {":?see docs/how-to/containers.md", ""}
    assert f"{name}=" in (ROOT / "docs/how-to/containers.md").read_text()


def test_tasks_start_only_after_the_database_is_migrated_and_the_api_answers():
    for name in ("scheduler", "dag-processor", "triggerer"):
        conditions = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
        assert conditions == {"init": "service_completed_successfully", "api-server": "service_healthy"}


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
