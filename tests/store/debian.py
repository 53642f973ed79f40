"""A PostgreSQL of Debian's: with the extensions that the embedded one lacks."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from embedded.server_user import server_user
from tests.guardian import guarded_folder

PROGRAMS = Path("/usr/lib/postgresql")
NEEDS = "no PostgreSQL of Debian's (apt-get install postgresql): foreign tables of real servers are not tried"
START_SECONDS = 30


@contextmanager
def debian_server() -> Iterator[str]:
    """The URL of an empty database; its server is gone afterwards. Skips the test where there is none."""
    found = sorted(PROGRAMS.glob("*/bin/postgres"))
    if not found:
        pytest.skip(NEEDS)
    with guarded_folder() as folder:
        place = folder / "server"
        place.mkdir(mode=0o755)
        user = server_user(place, [found[-1].parent])
        user.owns(place)
        switch = {"user": user.name, "group": user.name, "extra_groups": []} if user.name else {}
        home = {"cwd": place, "env": {"PATH": os.environ["PATH"]}, "stdout": subprocess.DEVNULL, **switch}
        initdb = [found[-1].with_name("initdb"), "-D", place / "data", "-U", "postgres", "-A", "trust"]
        subprocess.run([*initdb, "--encoding=UTF8", "--no-locale", "--no-sync"], check=True, **home)
        server = [found[-1], "-D", place / "data", "-k", place, "-c", "listen_addresses=", "-c", "fsync=off"]
        process = subprocess.Popen(server, stderr=subprocess.DEVNULL, **home)
        url = f"postgresql://postgres@/postgres?host={str(place).replace('/', '%2F')}"
        try:
            _wait(process, url)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen, url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("Debian's PostgreSQL does not start")
