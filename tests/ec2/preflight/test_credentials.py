"""Whether the credentials live as long as the way back may need them."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.ec2.preflight.outcome import checks, troubles
from tests.ec2.simulator import Simulator

KEYS = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
TOKEN = "not-a-secret-either"  # noqa: S105 - it is none
NAMES = ("AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE", "AWS_CONFIG_FILE")


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, *NAMES, "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)


def connect(monkeypatch: pytest.MonkeyPatch, **extra: Any) -> None:
    """Let the connection have these extras and no keys of its own, unless they are among them."""
    connection = json.loads(os.environ["AIRFLOW_CONN_AWS_DEFAULT"])
    connection.pop("login")
    connection.pop("password")
    connection["extra"] |= extra
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))


def environment(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    connect(monkeypatch)
    for name, value in {**KEYS, **more}.items():
        monkeypatch.setenv(name, value)


def files(monkeypatch: pytest.MonkeyPatch, folder: Path, credentials: str = "", config: str = "") -> None:
    for name, text in {"AWS_SHARED_CREDENTIALS_FILE": credentials, "AWS_CONFIG_FILE": config}.items():
        (folder / name).write_text(text)
        monkeypatch.setenv(name, str(folder / name))


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def test_keys_do_not_expire(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert "do not expire" in found["credentials"].found


def test_a_token_in_the_connection(aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {key.lower(): value for key, value in KEYS.items()}
    connect(monkeypatch, **keys, aws_session_token=TOKEN)
    found = checks(aws, instance_id, longest=timedelta(hours=24))
    assert troubles(found) == {"credentials": "warning"}
    assert "unknown time" in found["credentials"].found
    assert "24 h" in found["credentials"].found


def test_a_token_in_the_environment(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(monkeypatch, AWS_SESSION_TOKEN=TOKEN)
    assert troubles(checks(aws, instance_id)) == {"credentials": "warning"}


@pytest.mark.parametrize(("hours", "result"), [(23, "failed"), (25, "ok"), (-1, "failed")])
def test_a_token_whose_end_is_known(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch, hours: float, result: str
) -> None:
    environment(monkeypatch, AWS_SESSION_TOKEN=TOKEN, AWS_CREDENTIAL_EXPIRATION=in_hours(hours))
    if hours < 0:
        connect_alive(monkeypatch)
    assert checks(aws, instance_id, longest=timedelta(hours=24))["credentials"].result == result


def connect_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens that have expired would be found out by the first call: AWS is not asked here."""
    monkeypatch.setattr("ec2_resize.preflight.account.identity", lambda _: iter(()))


def test_a_token_in_a_profile(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connect(monkeypatch, profile_name="work")
    keys = "\n".join(f"{name.lower()} = {value}" for name, value in KEYS.items())
    files(monkeypatch, tmp_path, f"[work]\n{keys}\naws_session_token = token\n")
    assert troubles(checks(aws, instance_id)) == {"credentials": "warning"}
    files(monkeypatch, tmp_path, f"[work]\n{keys}\n")
    assert troubles(checks(aws, instance_id)) == {}


@pytest.mark.parametrize(("token", "result"), [("", "ok"), ("aws_session_token = token", "warning")])
def test_a_role_whose_source_has_a_token(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str, result: str
) -> None:
    keys = "\n".join(f"{name.lower()} = {value}" for name, value in KEYS.items())
    role = "role_arn = arn:aws:iam::123456789012:role/airflow"
    config = f"[profile far]\n{role}\nsource_profile = near\n[profile near]\n{role}\nsource_profile = keys\n"
    files(monkeypatch, tmp_path, f"[keys]\n{keys}\n{token}\n", config)
    connect(monkeypatch, profile_name="far")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    assert checks(aws, instance_id)["credentials"].result == result


@pytest.mark.parametrize(("token", "result"), [(None, "ok"), ("token", "warning")])
def test_a_role_of_the_connection_whose_source_has_a_token(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch, token: str | None, result: str
) -> None:
    keys = {key.lower(): value for key, value in KEYS.items()}
    role = {"role_arn": "arn:aws:iam::123456789012:role/airflow"}
    connect(monkeypatch, **keys, **role, **({"aws_session_token": token} if token else {}))
    assert troubles(checks(aws, instance_id)).get("credentials", "ok") == result


def test_a_process_that_gives_new_ones(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T"}
    (tmp_path / "given").write_text(json.dumps({**given, "Expiration": in_hours(1)}))
    files(monkeypatch, tmp_path, config=f"[default]\ncredential_process = cat {tmp_path / 'given'}\n")
    connect(monkeypatch)
    found = checks(aws, instance_id, longest=timedelta(hours=24))
    assert troubles(found) == {}
    assert "renewed" in found["credentials"].found
