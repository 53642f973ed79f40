"""An instance for each test, and an endpoint that is not quite AWS."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ec2.preflight.outcome import SWITCH, TOPIC, private_instance
from tests.ec2.preflight.proxy import Proxy
from tests.ec2.simulator import TRILLIUM, Simulator


@pytest.fixture(autouse=True)
def _instances_end_with_their_test(aws: Simulator) -> Iterator[None]:
    """A preflight reads all that run, for the quota: hundreds would make it slow."""
    yield
    aws.control("DELETE", "faults")
    alive = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
    found = aws.ec2.describe_instances(Filters=[alive])["Reservations"]
    ids = {group["Instances"][0]["InstanceId"] for group in found} - {TRILLIUM}
    if ids:
        aws.ec2.terminate_instances(InstanceIds=list(ids))


@pytest.fixture(scope="session", autouse=True)
def _the_dead_man_switch_is_deployed(running_simulator: Simulator) -> None:
    steps = '{"schemaVersion": "0.3", "mainSteps": []}'
    ssm = running_simulator.client("ssm")
    ssm.create_document(Name=SWITCH.document, Content=steps, DocumentType="Automation")


@pytest.fixture(scope="session", autouse=True)
def _somebody_hears_of_alerts(running_simulator: Simulator) -> None:
    sns = running_simulator.client("sns")
    assert sns.create_topic(Name=TOPIC.rpartition(":")[2])["TopicArn"] == TOPIC
    running_simulator.client("sqs").create_queue(QueueName="alerts")
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:alerts")


@pytest.fixture(autouse=True)
def _this_machine_is_no_instance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where it is one, its metadata service would answer; where it is none, each look would take a second."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("ec2_resize.preflight.own_host.ASSET_TAG", tmp_path / "none")


@pytest.fixture
def instance_id(aws: Simulator) -> str:
    """An instance that is all well."""
    return private_instance(aws)


@pytest.fixture(scope="session")
def running_proxy(running_simulator: Simulator) -> Iterator[Proxy]:
    with Proxy(running_simulator.url) as between:
        yield between


@pytest.fixture
def proxy(aws: Simulator, running_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    """Between the connection `aws_default` and the simulator, handing on everything."""
    lead_to(running_proxy.url, monkeypatch)
    running_proxy.reset()
    return running_proxy


def lead_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the connection `aws_default` lead to this endpoint."""
    connection = json.loads(os.environ["AIRFLOW_CONN_AWS_DEFAULT"])
    connection["extra"]["endpoint_url"] = url
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))
