"""Airflow's part of the embedded services: its tables, its processes, and when they are ready."""

import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version

from embedded import postgres
from embedded.console import wait_until
from embedded.environment import Ports
from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.loopback import get
from embedded.processes import Service, tail
from include.store.server import comment, set_comment

API_SERVER, SCHEDULER = "api-server", "scheduler"
INDEPENDENT = ("dag-processor", "triggerer")
COMMANDS = {
    API_SERVER: [API_SERVER],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
    SCHEDULER: [SCHEDULER, "--skip-serve-logs"],
}
START_SECONDS = 120.0
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - where Linux has semaphores


def command(*arguments: str) -> list[str]:
    """Return Airflow's command line: a module's, as a script's first line cannot name a path with a space."""
    return [sys.executable, "-m", "airflow", *arguments]


def require_shared_memory() -> None:
    """Raise where the scheduler could not make the semaphores through which it talks to its workers."""
    try:
        multiprocessing.Lock()
    except (ImportError, OSError) as error:
        raise EmbeddedError(
            f"{SHARED_MEMORY} cannot be used ({error}); Airflow's scheduler and PostgreSQL need it. As root: "
            f"mkdir -p {SHARED_MEMORY} && mount -t tmpfs -o mode=1777 tmpfs {SHARED_MEMORY}. A container has "
            "it, unless it was started with --ipc=none or too small a --shm-size."
        ) from error


def is_migrated(home: Home) -> bool:
    """Tell whether the metadata tables are those of the installed version; asking Airflow takes 4 s."""
    return comment(postgres.database_url(home, postgres.METADATA)) == _migrated_comment()


def migrate(home: Home, env: Mapping[str, str]) -> None:
    """Create or upgrade the metadata tables, then note on the database that this was done."""
    log = home.logs / "migrate.log"
    with log.open("wb") as output:
        done = subprocess.run(
            command("db", "migrate"), env=env, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        raise EmbeddedError(f"`airflow db migrate` failed; {log} ends with:\n{tail(log)}")
    set_comment(postgres.database_url(home, postgres.METADATA), _migrated_comment())


def start(home: Home, env: Mapping[str, str], ports: Ports) -> None:
    """Start Airflow and wait until it can run tasks.

    The API server needs 12 s of one core. What does not need it starts beside it; the scheduler starts
    when it accepts connections, because a first task that cannot connect would fail without having run.
    """
    services = {name: Service(name, home) for name in COMMANDS}
    for name in (API_SERVER, *INDEPENDENT):
        services[name].start(command(*COMMANDS[name]), env)

    def check() -> None:
        for name, service in services.items():
            if name != SCHEDULER or service.pid_file.exists():
                service.require_running()

    def wait(ready: Callable[[], bool]) -> None:
        wait_until(ready, timeout=START_SECONDS, what="Airflow", check=check)

    wait(lambda: get(f"{ports.ui_url}/api/v2/version") is not None)
    services[SCHEDULER].start(command(*COMMANDS[SCHEDULER]), env)
    wait(lambda: takes_tasks(ports.ui_url))
    wait(lambda: all_healthy(ports.ui_url))


def takes_tasks(url: str) -> bool:
    """Tell whether the part of the API server answers that tasks talk to."""
    return get(f"{url}/execution/health") is not None


def all_healthy(url: str) -> bool:
    """Tell whether every other process has said lately that it is well."""
    answer = get(f"{url}/api/v2/monitor/health")
    health = answer.json() if answer else {}
    return all(
        health.get(name.replace("-", "_"), {}).get("status") == "healthy"
        for name in (SCHEDULER, *INDEPENDENT)
    )


def _migrated_comment() -> str:
    versions = [f"{name} {version(name)}" for name in ("apache-airflow", "apache-airflow-providers-edge3")]
    return f"migrated by {', '.join(versions)}"
