"""Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NEEDED = "CHROMIUM_NEEDED"  # set by whoever wants a failure, not a skip, where no browser is


@contextmanager
def launched() -> Iterator[Browser]:
    """Start it; where it is not installed, the test is skipped, or fails."""
    program = shutil.which("chromium")
    if program is None:
        message = "chromium is not installed (apt-get install chromium): NOTHING was tried in a browser"
        if os.environ.get(NEEDED):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        # as root Chromium refuses to work in its sandbox; it sees nothing here but our own pages
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        browser.close()
