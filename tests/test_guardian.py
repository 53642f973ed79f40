"""Whatever becomes of a run of the tests, it leaves no process and no folder behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from include.settings import ROOT

# starts what the tests start, says where, and goes on for longer than anybody waits
LONG = """
import time
from pathlib import Path
from tests.conftest import postgres_server
from tests.ec2.conftest import running_simulator

def test_it(running_simulator):
    with postgres_server() as home:
        Path(__file__).with_name("home").write_text(str(home.path))
        time.sleep(300)
"""
WITHIN_SECONDS = 90


def processes(*names: str) -> list[psutil.Process]:
    """Everybody alive whose command line has one of these."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        where = " ".join([*(process.info["cmdline"] or []), process.info["cwd"] or ""])
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(name in where for name in names):
            found.append(process)
    return found


def controller(run: subprocess.Popen[bytes]) -> int:
    return run.pid


def worker(run: subprocess.Popen[bytes]) -> int:
    """The process that runs the tests."""
    return psutil.Process(run.pid).children()[0].pid


def everybody(run: subprocess.Popen[bytes]) -> int:
    """Ctrl-C goes to the whole process group."""
    return -run.pid


@pytest.mark.parametrize(
    ("whom", "number"),
    [(everybody, signal.SIGINT), (controller, signal.SIGKILL), (worker, signal.SIGKILL)],
    ids=["Ctrl-C", "kill -9", "kill -9 of the worker"],
)
def test_nothing_is_left(
    tmp_path: Path, whom: Callable[[subprocess.Popen[bytes]], int], number: signal.Signals
) -> None:
    (tmp_path / "test_long.py").write_text(LONG)
    command = [sys.executable, "-m", "pytest", "-n", "1", "-p", "no:cacheprovider", "--basetemp"]
    run = subprocess.Popen(
        [*command, str(tmp_path / "base"), str(tmp_path / "test_long.py")],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    said = tmp_path / "home"
    try:
        eventually(lambda: said.exists() and said.read_text())
        home = Path(said.read_text())
        assert len(processes(str(home))) > 3
        os.kill(whom(run), number)
        eventually(lambda: run.poll() is not None)
        eventually(lambda: not processes(str(home), str(tmp_path / "base")))
        eventually(lambda: not home.parent.exists())
    finally:
        for process in processes(str(tmp_path), said.read_text() if said.exists() else str(tmp_path)):
            process.kill()
        run.wait()


def eventually(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.1)
