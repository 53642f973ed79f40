"""`make compose-env` writes secrets for their owner only, and never over what is there."""

import base64
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from include.settings import ROOT

SCRIPT = "deploy/containers/compose_env.py"
NO_ENGINE = "exit 1"


class Checkout:
    """A copy with the script alone, on a machine whose `docker` is a script of ours."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "Tier 1.git"
        (self.path / SCRIPT).parent.mkdir(parents=True)
        shutil.copy(ROOT / SCRIPT, self.path / SCRIPT)
        self._programs = folder / "bin"
        self._programs.mkdir()
        self.docker_is(NO_ENGINE)

    def docker_is(self, script: str) -> None:
        docker = self._programs / "docker"
        docker.write_text(f"#!/bin/sh\n{script}\n")
        docker.chmod(0o755)

    def write(self, **environ: str) -> subprocess.CompletedProcess[str]:
        # isolated, without site: what the machine's Python has beside its library is not there
        command = [sys.executable, "-I", "-S", str(self.path / SCRIPT)]
        env = {"PATH": f"{self._programs}:/usr/bin:/bin", **environ}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def read(self, name: str) -> str:
        return (self.path / name).read_text()

    def secrets(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.path / ".secrets").iterdir()}


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_it_writes_is_for_its_owner_only(checkout: Checkout):
    done = checkout.write()
    assert done.returncode == 0, done.stderr
    assert mode(checkout.path / ".secrets") == 0o700
    files = [*(checkout.path / ".secrets").iterdir(), checkout.path / ".env", checkout.path / "tier1.env"]
    assert {mode(path) for path in files} == {0o600}


def test_the_containers_run_as_the_owner_of_the_secrets_and_never_as_root(checkout: Checkout):
    checkout.write()
    (uid,) = {path.stat().st_uid for path in (checkout.path / ".secrets").iterdir()}
    assert uid == (os.getuid() or 50000)
    assert f"TIER1_UID={uid}\n" in checkout.read(".env")


def test_it_writes_each_secret_that_compose_asks_for(checkout: Checkout):
    checkout.write()
    wanted = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["secrets"].values()
    assert {f".secrets/{name}" for name in checkout.secrets()} == {it["file"] for it in wanted}


def test_its_keys_are_keys_and_no_two_secrets_are_the_same(checkout: Checkout):
    checkout.write()
    secrets = checkout.secrets()
    Fernet(secrets["fernet_key"])
    assert isinstance(load_pem_private_key(secrets["jwt_private_key"].encode(), None), Ed25519PrivateKey)
    assert len(json.loads(secrets["passwords.json"])["admin"]) >= 16
    texts = [text for text in secrets.values() if text]
    assert len(set(texts)) == len(texts)
    assert len(base64.urlsafe_b64decode(secrets["fernet_key"])) == 32


def test_it_says_where_the_password_is_but_not_what_it_is(checkout: Checkout):
    done = checkout.write()
    assert ".secrets/passwords.json" in done.stdout
    assert not [text for text in checkout.secrets().values() if text and text in done.stdout + done.stderr]


def test_what_is_there_is_kept_and_it_says_so(checkout: Checkout):
    checkout.write()
    (checkout.path / "tier1.env").write_text("TIER1_STAGE_RETRIES=1\n")
    before = checkout.secrets()
    done = checkout.write(TIER1_DATABASE_URL="postgresql://another/one")
    assert done.returncode == 0
    assert "Kept as they are: .secrets/postgres_password" in done.stdout
    assert checkout.secrets() == before
    assert checkout.read("tier1.env") == "TIER1_STAGE_RETRIES=1\n"


def test_without_the_secrets_it_refuses_where_the_database_is_kept(checkout: Checkout):
    checkout.docker_is("echo other_database; echo tier1git_database")
    done = checkout.write()
    assert done.returncode != 0
    assert "The volume tier1git_database was made with a password" in done.stderr
    assert not (checkout.path / ".secrets").exists()


def test_another_projects_volume_is_no_reason_to_refuse(checkout: Checkout):
    checkout.docker_is("echo tier1git_database")
    assert checkout.write(COMPOSE_PROJECT_NAME="second").returncode == 0


def test_settings_of_the_environment_reach_the_containers_and_secrets_are_not_among_them(checkout: Checkout):
    url, connection = "postgresql://quant:a-word@db/prices", '{"conn_type": "aws", "password": "a-word"}'
    checkout.write(
        TIER1_WORK_TYPE="c7i.8xlarge,c6i.8xlarge",
        TIER1_COST_BPS='{"eurusd": 0.5}',
        TIER1_UI_PORT="8081",
        TIER1_DATABASE_URL=url,
        AIRFLOW_CONN_AWS_DEFAULT=connection,
    )
    settings = checkout.read("tier1.env").splitlines()[1:]
    assert settings == [
        "TIER1_COST_BPS='{\"eurusd\": 0.5}'", "TIER1_WORK_TYPE=c7i.8xlarge,c6i.8xlarge", "TIER1_AWS=real",
    ]  # fmt: skip
    assert "TIER1_UI_PORT=8081\n" in checkout.read(".env")
    assert (checkout.read(".secrets/database_url"), checkout.read(".secrets/aws_connection")) == (
        url,
        connection,
    )
    assert "a-word" not in checkout.read("tier1.env") + checkout.read(".env")


def test_a_value_that_the_two_versions_of_compose_read_differently_is_refused(checkout: Checkout):
    done = checkout.write(TIER1_PRICE_TABLE="it's")
    assert done.returncode != 0
    assert "TIER1_PRICE_TABLE has a quote" in done.stderr
    assert not (checkout.path / ".env").exists()
