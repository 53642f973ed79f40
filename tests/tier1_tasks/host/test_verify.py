"""What verify_host says, and what it hands on to the report."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from werkzeug.wrappers import Request, Response

from embedded.connections import postgres_connection
from include.code import Code
from tests.ec2.simulator import BASE, WORK, Simulator
from tests.metadata import serving, this_is
from tests.tier1_tasks.host.case import QUEUE, params
from tests.tier1_tasks.left import task_instance
from tier1_tasks.host import place
from tier1_tasks.host.placement import ON_THE_INSTANCE
from tier1_tasks.host.verify import verify
from tier1_tasks.names import PREFLIGHT
from tier1_tasks.planned import EXPECTED_KEY

HERE = Code.here()
EDGE = "airflow.providers.edge3.executors.EdgeExecutor"


@pytest.fixture
def instance_id(aws: Simulator, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An instance that this machine seems to be."""
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    it = aws.instance(instance_type=WORK)
    with this_is(it, WORK):
        yield it


@pytest.fixture
def workers(instance_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What the API server tells of the workers, with Edge configured: that of the instance listens alone."""
    own = {"name": instance_id, "queues": [QUEUE], "state": "running", "last_heartbeat": None}
    listed: list[dict[str, Any]] = [own]
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", QUEUE)
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", f"LocalExecutor,EdgeExecutor:{EDGE}")
    monkeypatch.setitem(ON_THE_INSTANCE, "executor", "EdgeExecutor")
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "not a secret: " + 64 * ".")
    with serving(Request.application(lambda _: Response(json.dumps(listed)))) as url:
        monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{url}/execution/")
        yield listed


def verified(instance_id: str, seen: Code | None = HERE, **changed: Any) -> dict[str, Any]:
    left = {} if seen is None else {(PREFLIGHT, EXPECTED_KEY): asdict(seen)}
    return verify(params(instance_id=instance_id, **changed), task_instance(left, **changed))


@pytest.mark.usefixtures("workers")
def test_a_host_that_is_well_is_told_to_the_report(
    instance_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tier1"):
        found = verified(instance_id)
    assert (found["instance_id"], found["type"], found["code"]) == (instance_id, WORK, HERE.digest)
    assert found["vcpus"] >= 1
    json.dumps(found)
    title, *told = [record.getMessage() for record in caplog.records]
    assert title.startswith("Host: ")
    fine = next(text for text in told if text.startswith("this host  ")).splitlines()
    names = [line.split("  ")[0] for line in fine] + [
        text.split(":")[0] for text in told if "\n    ->" in text
    ]
    assert set(names) - {""} == {
        "this host", "type", "queue", "vCPUs", "memory", "versions", "code", "database", "clock", "free disk",
        "failed heartbeats", "worker token", "worker patience", "worker slots",
    }  # fmt: skip


def test_everything_that_is_wrong_is_in_one_message(instance_id: str, workers: list[dict[str, Any]]) -> None:
    workers.append({"name": "laptop", "queues": None, "state": "idle", "last_heartbeat": None})
    seen = replace(HERE, digest="b" * 64, versions=HERE.versions | {"numpy": "1.0"})
    with pytest.raises(AirflowFailException) as failed:
        verified(instance_id, seen)
    text = str(failed.value)
    assert text.startswith("No stage has begun, as this host is not fit. ")
    for part in ("queue: also laptop", "versions: numpy", "code: the worker has other files"):
        assert part in text


@pytest.mark.usefixtures("workers")
def test_an_instance_that_is_small_again_is_refused(aws: Simulator) -> None:
    small = aws.instance(instance_type=BASE)
    with this_is(small, BASE), pytest.raises(AirflowFailException, match=f"type: {BASE} .*need {WORK}"):
        verified(small)


def test_a_run_without_a_resize_computes_on_the_small_instance(
    aws: Simulator, workers: list[dict[str, Any]]
) -> None:
    workers[0]["name"] = small = aws.instance(instance_type=BASE)
    with this_is(small, BASE):
        assert verified(small, resize="never")["type"] == BASE


def test_without_a_resize_and_with_airflow_itself_aws_is_asked_for_nothing(
    aws: Simulator, instance_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    aws.control("DELETE", "calls")
    with caplog.at_level(logging.INFO, "tier1"):
        verified(instance_id, resize="never")
    assert aws.calls() == []
    assert any(line.startswith("this host  ") for text in caplog.messages for line in text.splitlines())


@pytest.mark.usefixtures("workers")
def test_a_preflight_of_an_older_version_is_to_be_made_again(instance_id: str) -> None:
    with pytest.raises(
        AirflowFailException, match=r"had at preflight \(unknown\) .*preflight and upsize then run"
    ):
        verified(instance_id, None)


def test_with_airflow_itself_the_run_goes_on(instance_id: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tier1"):
        found = verified(instance_id)
    assert (found["instance_id"], found["type"]) == (None, None)
    assert found["host"]
    assert "the stages run with Airflow on" in caplog.text


@pytest.mark.usefixtures("workers")
def test_what_ec2_does_not_tell_is_a_warning(
    aws: Simulator, instance_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    aws.fail("DescribeInstanceTypes", error="UnauthorizedOperation", status=403)
    with caplog.at_level(logging.INFO, "tier1"):
        verified(instance_id)
    assert "Allow ec2:DescribeInstanceTypes." in caplog.text


@pytest.mark.usefixtures("workers")
def test_workers_that_are_not_known_are_a_warning(
    instance_id: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "http://127.0.0.1:1/execution/")
    with caplog.at_level(logging.INFO, "tier1"):
        verified(instance_id)
    assert "queue: warning" in caplog.text
    assert "does not say which workers there are" in caplog.text


def test_of_a_host_beside_the_instance_its_own_name_is_told(
    aws: Simulator, instance_id: str, workers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instance itself has not been looked at."""
    other = aws.instance(instance_type=BASE)
    workers.append({"name": other, "queues": [QUEUE], "state": "running", "last_heartbeat": None})
    monkeypatch.setattr(place, "MORE_HOSTS", (other,))
    with this_is(other, BASE):
        found = verified(instance_id)
    assert (found["host"], found["instance_id"], found["type"]) == (other, None, None)
