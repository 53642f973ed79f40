"""The simulated EC2, an API server that knows workers, and the triggerer around one trigger."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from airflow.sdk.execution_time import task_runner

from tests.ec2.conftest import _each_client_is_made_once, aws, running_simulator  # noqa: F401 - fixtures
from tests.tier1_tasks.host.api_server import SECRET, ApiServer
from tests.tier1_tasks.host.triggerer import Supervisor
from tier1_tasks.host import growing, trigger


@pytest.fixture
def api_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """An API server that nobody has reported to yet."""
    with ApiServer() as server:
        monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{server.url}/execution/")
        monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", SECRET)
        yield server


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    """What the triggerer's supervisor answers, at the pace of the simulator."""
    answers = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", answers, raising=False)
    monkeypatch.setattr(trigger, "LOOK_EVERY_SECONDS", 0.05)
    quick = {"ec2_poll_seconds": timedelta(seconds=0.04), "work_patience_minutes": timedelta(0)}
    monkeypatch.setattr(growing, "S", growing.S.model_copy(update=quick))
    monkeypatch.setattr(growing, "AGAIN_AFTER_SECONDS", 0.1)
    return answers
