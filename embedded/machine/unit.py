"""The worker's unit: started with the command and the settings that systemd finds in `deploy/worker/`."""

import shlex
import string
import sys
from collections.abc import Mapping
from pathlib import Path

from embedded.credentials import key
from embedded.home import Home

RESTART_SECONDS = 1.0
# Told to end, a worker tells its tasks, and ends them after these: see [edge] drain_timeout_sec.
DRAIN_SECONDS, KILL_GRACE_SECONDS = 3, 2
STOP_SECONDS = DRAIN_SECONDS + KILL_GRACE_SECONDS + 3.0


def write_settings(home: Home, settings: Mapping[str, str]) -> None:
    """Write the settings of the worker; the secret is not among them."""
    settings_file(home).write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


def settings_file(home: Home) -> Path:
    """Return the file that the worker's settings are in, a variable on each line."""
    return home.machine / "worker.env"


def environment(home: Home, instance_id: str) -> dict[str, str]:
    """Return what the worker finds in its environment: later files win, as in the unit."""
    settings = _variables(home.machine / "current/deploy/worker/defaults.env")
    settings |= _variables(settings_file(home))
    return settings | {"AIRFLOW__API_AUTH__JWT_SECRET": key(home, "jwt"), "INSTANCE_ID": instance_id}


def worker_command(home: Home, env: Mapping[str, str]) -> list[str]:
    """Return the command line of the worker, which is named as the instance."""
    lines = (home.machine / "current/deploy/worker/tier1-worker.service").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("ExecStart=")]
    _, *arguments = shlex.split(line.partition("=")[2])
    words = [string.Template(word).substitute(env) for word in arguments]
    words[words.index("--pid") + 1] = str(home.machine / f"{env['INSTANCE_ID']}.pid")
    return [sys.executable, "-m", "airflow", *words]


def _variables(file: Path) -> dict[str, str]:
    lines = (line.strip() for line in file.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
