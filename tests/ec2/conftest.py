"""A simulated EC2 for this folder, and the Airflow connection that leads to it."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.config import Config

# Airflow reads its configuration when it is first imported.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))

from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

from tests.ec2.simulator import HERE, Simulator
from tests.guardian import guarded_folder


@pytest.fixture(scope="session", autouse=True)
def _each_client_is_made_once() -> Iterator[None]:
    """Thousands of clients would be made here, one per process that Airflow starts; 0.1 s each at best.

    They hold no state between two calls, so that a process with a client of its own does the same.
    """
    make = AwsGenericHook.get_client_type
    clients: dict[tuple[object, ...], object] = {}

    def made_once(
        self: AwsGenericHook, region_name: str | None = None, config: Config | None = None, **kwargs: object
    ) -> object:
        options = str(sorted(vars(config or self.config).items(), key=str))
        given = sorted(it for it in os.environ.items() if it[0].startswith(("AIRFLOW_CONN_AWS_", "AWS_")))
        key = (str(given), self.client_type, region_name or self.region_name, str(self.verify), options)
        if key not in clients:
            clients[key] = make(self, region_name, config, **kwargs)
        return clients[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AwsGenericHook, "get_client_type", made_once)
        yield


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    with guarded_folder() as folder:
        simulator = Simulator(folder)
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
    monkeypatch.setenv("AIRFLOW_VAR_TIER1_INSTALLATION", HERE)
    monkeypatch.setattr("ec2_resize.operator.EARLIEST_RESUME_SECONDS", 0)  # no scheduler to wait for
    monkeypatch.setattr("ec2_resize.operator.STEP_SHOWS", timedelta(seconds=0.06))  # reads do not lag here
    monkeypatch.setattr("ec2_resize.operator.SETTLES", timedelta(seconds=0.03))
    running_simulator.reset()
    return running_simulator
