"""`make up` that is told to end leaves nothing behind, however often it is told."""

import os
import signal
import subprocess
import sys

import pytest

from embedded.loopback import free_port
from include.settings import ROOT
from tests.ec2.simulator import eventually
from tests.embedded.test_services import COMMAND
from tests.guardian import guarded_folder, who_works_in


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda it: it.name)
def test_what_has_started_ends(number: signal.Signals) -> None:
    with guarded_folder() as folder:
        home = folder / "home"
        run = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(home), "up"],
            env={**os.environ, "TIER1_UI_PORT": str(free_port()), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        eventually(lambda: (home / "run/api-server.pid").exists() or run.poll() is not None, 90)
        assert run.poll() is None
        run.send_signal(number)
        eventually(lambda: "postgres" in running(home) and "api-server" not in running(home))
        run.send_signal(number)  # in the midst of stopping: half of it would leave processes
        assert run.wait(30) == 130
        assert [it.cmdline() for it in who_works_in(folder)] == []


def running(home) -> set[str]:
    return {it.stem for it in (home / "run").glob("*.pid")}
