"""One running Airflow for the tests of this folder, with all that it needs."""

import os
from collections.abc import Iterator

import pytest

from tests.airflow.errors_said import errors_since
from tests.airflow.guarantees import forget, record
from tests.airflow.running import FIRST, Running, running_airflow
from tests.airflow.taking_out import judge, mutant_of, noticed, take_out

CALL_PASSED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def services() -> Iterator[Running]:
    with running_airflow() as running:
        yield running
        if running.owed:
            running.begin()
            running.start(end_month=FIRST, force=False).ends("success")
            running.watch.stop()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutants", action="store_true", help="each row without its mechanism: it has to fail")


def is_mutated(config: pytest.Config) -> bool:
    return config.getoption("mutants", default=False)


@pytest.fixture
def airflow(
    services: Running, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """The running Airflow with nothing wrong. A test counts when a later run, too, has been green."""
    mutated, name = is_mutated(request.config), request.node.name
    if not mutated:
        forget(name)
    services.begin()
    if mutated:
        take_out(mutant_of(request.node.originalname), services, monkeypatch)
    yield services
    services.watch.stop()
    if request.node.stash.get(CALL_PASSED, False) and not mutated:
        seconds = services.seconds
        services.owed.append(lambda: record(name, seconds))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[CALL_PASSED] = report.passed
        if report.failed and isinstance(services := item.funcargs.get("airflow"), Running):
            said = errors_since(services.home.task_logs, services.began)
            report.sections.append(("Errors in the logs of tasks", said))
        if is_mutated(item.config):
            judge(item.originalname, report, call)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in noticed(terminalreporter.getreports("passed")):
        terminalreporter.write_line(line)


assert not os.environ.get("AWS_ENDPOINT_URL"), "these tests must not reach an endpoint of the user's"
