"""One running Airflow with all that it needs, shared by the tests of this folder."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from embedded.environment import project_environment
from embedded.home import REPOSITORY, Home
from embedded.loopback import free_port
from embedded.services import Services
from tests.airflow.running import DOCUMENT, TOPIC, Running

SETTINGS = {
    "TIER1_ALERT_TOPIC_ARN": TOPIC,
    "TIER1_DEAD_MAN_SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "TIER1_DEAD_MAN_AUTOMATION_ROLE_ARN": "arn:aws:iam::123456789012:role/automation",
    "TIER1_DEAD_MAN_DOCUMENT": DOCUMENT,
}


@pytest.fixture(scope="session")
def services() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="tier1-") as folder, pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        home = Home(Path(folder) / ".tier1")
        services = Services(home, Console(stderr=True, quiet=True))
        ports = services.start(free_port(), stay=False)
        try:
            env = project_environment(home, ports)
            load = [sys.executable, "-m", "include.cli", "load", "ecb"]
            subprocess.run(load, cwd=REPOSITORY, env=env, capture_output=True, check=True)
            yield Running(home, ports)
        finally:
            services.stop()


@pytest.fixture
def airflow(services: Running) -> Running:
    """The running Airflow, its instance small and nothing wrong with AWS."""
    services.reset()
    return services


assert not os.environ.get("AWS_ENDPOINT_URL"), "these tests must not reach an endpoint of the user's"
