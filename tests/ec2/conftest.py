"""A simulated EC2 for this folder, and the Airflow connection that leads to it."""

import json
import os
import tempfile
from collections.abc import Iterator
from functools import cache

import pytest
from botocore.client import ClientCreator
from botocore.loaders import JSONFileLoader

# Airflow reads its configuration when it is first imported.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))

from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

from tests.ec2.simulator import Simulator


@pytest.fixture(scope="session", autouse=True)
def _clients_are_made_fast() -> Iterator[None]:
    """Hundreds of clients are made here, one per process that Airflow would start; do its parts only once.

    Reading EC2's API model takes 0.3 s, making a class of it 0.05 s, and the hook's look at the call stack,
    to tell AWS who is calling, 0.1 s in a stack as deep as pytest's.
    """
    make_class = ClientCreator._create_client_class
    classes: dict[str, type] = {}

    def class_made_once(self: ClientCreator, service: str, model: object) -> type:
        if service not in classes:
            classes[service] = make_class(self, service, model)
        return classes[service]

    with pytest.MonkeyPatch.context() as patch:
        load = cache(JSONFileLoader().load_file)
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: load(path))
        patch.setattr(ClientCreator, "_create_client_class", class_made_once)
        patch.setattr(AwsGenericHook, "_get_caller", lambda *_: "pytest")
        yield


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = Simulator(tmp_path_factory.mktemp("ec2"))
    yield simulator
    simulator.stop()


@pytest.fixture
def aws(running_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The simulator, fast and faultless, behind the connection `aws_default`; each call is tried once."""
    extra = {
        "region_name": "us-east-1",
        "endpoint_url": running_simulator.url,
        "config_kwargs": {"retries": {"total_max_attempts": 1}},
    }
    connection = {"conn_type": "aws", "login": "AKIATEST", "password": "not-a-secret", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))
    monkeypatch.setattr("ec2_resize.operators.EARLIEST_RESUME_SECONDS", 0)  # no scheduler to wait for
    running_simulator.reset()
    return running_simulator
