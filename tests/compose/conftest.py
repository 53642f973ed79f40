"""One engine and one stack for all tests here; how long each part took is said at the end."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.compose.engine import Engine, engine
from tests.compose.images import stand_in
from tests.compose.stack import Stack

NO_ENGINE = "NO_ENGINE"  # set by whoever knows that no engine can run
took: dict[str, float] = {}


@contextmanager
def timed(part: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    took[part] = time.monotonic() - began


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for part, seconds in took.items():
        terminalreporter.write_line(f"{part}: {seconds:.0f} s")


@pytest.fixture(scope="session")
def docker() -> Iterator[Engine]:
    """An engine, with the images that the project's files name."""
    if os.environ.get(NO_ENGINE):
        pytest.skip(f"{NO_ENGINE} is set: the containers were NOT tried")
    with engine() as started:
        if started.is_our_own:
            with timed("stand-ins for the images of the registry"):
                stand_in(started)
        yield started


@pytest.fixture(scope="session")
def cloned(docker: Engine, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A clone with `make compose-env`, and nothing built or started yet."""
    # whoever the containers run as has to reach its secrets
    outside = Path(tempfile.mkdtemp(prefix="compose-"))
    outside.chmod(0o711)
    stack = Stack(docker, outside / "tier1-compose-test")
    stack.clone()
    stack.make_env()
    # noticed after one minute, not two, that a machine has died
    stack.set("AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT", "60")
    try:
        yield stack
    finally:
        if request.session.testsfailed:
            sys.stderr.write(stack.compose("ps", "--all") + stack.compose("logs", "--tail=60", "--no-color"))
        stack.remove()
        shutil.rmtree(outside)


@pytest.fixture(scope="session")
def stack(cloned: Stack) -> Stack:
    """Everything runs and is well."""
    with timed("build"):
        cloned.compose("build")
    with timed("up"):
        cloned.up()
    return cloned
