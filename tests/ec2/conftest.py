"""A simulated EC2 for this folder, and the Airflow connection that leads to it."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

# Airflow reads its configuration when it is first imported.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))

from ec2_instance.clients import Clients
from tests.ec2.simulator import HERE, Simulator
from tests.guardian import guarded_folder


@pytest.fixture(scope="session", autouse=True)
def _each_client_is_made_once() -> Iterator[None]:
    """Thousands of clients would be made here, one per process that Airflow starts; 0.1 s each at best.

    They hold no state between two calls, so that a process with a client of its own does the same.
    """
    make = Clients._client
    clients: dict[str, object] = {}

    def made_once(self: Clients, service: str, settings: dict[str, Any], region: str | None = None) -> object:
        hook = self.hook
        of_hook = (
            hook.aws_conn_id,
            hook.region_name,
            hook.verify,
            sorted(vars(hook.config).items(), key=str),
        )
        given = sorted(
            item for item in os.environ.items() if item[0].startswith(("AIRFLOW_CONN_AWS_", "AWS_"))
        )
        key = str((given, of_hook, service, settings, region))
        if key not in clients:
            clients[key] = make(self, service, settings, region)
        return clients[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clients, "_client", made_once)
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
    monkeypatch.setattr("ec2_resize.request.STEP_SHOWS", timedelta(seconds=0.06))  # reads do not lag here
    monkeypatch.setattr("ec2_resize.request.SETTLES", timedelta(seconds=0.03))
    running_simulator.reset()
    return running_simulator
