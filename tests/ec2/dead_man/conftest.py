"""The deployed dead-man switch, and an instance that it may be fired for."""

from pathlib import Path

import pytest

from ec2_instance.dead_man import DeadManSwitch
from tests.ec2 import automation
from tests.ec2.dead_man.case import Case
from tests.ec2.simulator import Simulator


@pytest.fixture(scope="session")
def outputs(running_simulator: Simulator) -> dict[str, str]:
    """The outputs of the deployed stack."""
    return automation.deploy(running_simulator)


@pytest.fixture
def switch(outputs: dict[str, str]) -> DeadManSwitch:
    return automation.switch_of(outputs)


@pytest.fixture
def case(aws: Simulator, switch: DeadManSwitch, tmp_path: Path) -> Case:
    return Case(aws, switch, tmp_path)
