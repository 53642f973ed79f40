"""A real browser in front of a running Airflow. What it has seen is kept in build/browser."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.airflow.running import Running, running_airflow
from tests.browser.chromium import launched
from tests.browser.ui import Ui

SEEN = Path("build/browser")
PATIENCE_SECONDS = 60
expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def services(chromium: Browser) -> Iterator[Running]:
    # asked for after the browser: without one, nothing is started
    with running_airflow() as running:
        yield running


@pytest.fixture
def airflow(services: Running) -> Iterator[Running]:
    """The running Airflow with nothing wrong."""
    services.begin()
    yield services
    services.watch.stop()


@pytest.fixture
def ui(airflow: Running, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Ui]:
    """Somebody who has opened a browser."""
    with person(airflow, chromium, SEEN / request.node.name) as somebody:
        yield somebody


@pytest.fixture
def other(airflow: Running, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Ui]:
    """Somebody else, elsewhere."""
    with person(airflow, chromium, SEEN / f"{request.node.name}-other") as somebody:
        yield somebody


@contextmanager
def person(airflow: Running, chromium: Browser, seen: Path) -> Iterator[Ui]:
    """A browser of somebody's own; what they see is recorded."""
    shutil.rmtree(seen, ignore_errors=True)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="America/New_York")
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    context.tracing.start(screenshots=True, snapshots=True)
    try:
        yield Ui(context.new_page(), airflow, seen)
    finally:
        context.tracing.stop(path=seen / "trace.zip")
        context.close()
