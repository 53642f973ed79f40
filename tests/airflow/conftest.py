"""One running Airflow for the tests of this folder, with all that it needs."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.airflow.guarantees import forget, record
from tests.airflow.running import FIRST, Running

CALL_PASSED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def services() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="tier1-") as folder:
        running = Running(Path(folder))
        try:
            yield running
            if running.owed:
                running.begin()
                running.start(end_month=FIRST, force=False).ends("success")
                running.watch.stop()
        finally:
            running.stop()


@pytest.fixture
def airflow(services: Running, request: pytest.FixtureRequest) -> Iterator[Running]:
    """The running Airflow with nothing wrong. A test counts when a later run, too, has been green."""
    forget(request.node.name)
    services.begin()
    yield services
    services.watch.stop()
    if request.node.stash.get(CALL_PASSED, False):
        name, seconds = request.node.name, services.seconds
        services.owed.append(lambda: record(name, seconds))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[CALL_PASSED] = report.passed
    return report


assert not os.environ.get("AWS_ENDPOINT_URL"), "these tests must not reach an endpoint of the user's"
