"""A Docker engine: the one that `DOCKER_HOST` names, else one of our own, which leaves nothing behind."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.airflow.waiting import eventually

CACHE = Path(os.environ.get("COMPOSE_TEST_CACHE") or Path.home() / ".cache/tier1-compose")
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
INTERFACES = Path("/sys/class/net")
NETWORK = CACHE / "network.json"
START_SECONDS, STOP_SECONDS = 60, 60
NEEDED = (
    "make test-compose needs a Docker engine. As root on Debian, tests/compose/install.sh installs one, and "
    "the test starts it; elsewhere, let DOCKER_HOST name one on this machine. Where there can be none: "
    "NO_ENGINE=1."
)


@dataclass(frozen=True)
class Engine:
    """How to reach an engine.

    Attributes:
        url: as in DOCKER_HOST.
        is_our_own: whether it was started for these tests, and has nothing but theirs.
    """

    url: str
    is_our_own: bool

    @property
    def env(self) -> dict[str, str]:
        """The environment of the command line's tools: Debian's before others of the same names."""
        env = os.environ | {"PATH": f"/usr/bin:{os.environ['PATH']}", "DOCKER_HOST": self.url}
        return env | {"DOCKER_CONFIG": str(CACHE / "config")} if self.is_our_own else env

    def docker(self, *arguments: str | Path) -> str:
        """Run `docker` and return what it says."""
        return run(["docker", *map(str, arguments)], self.env)

    def answers(self) -> bool:
        """Whether it can be worked with."""
        asked = subprocess.run(["docker", "info"], env=self.env, capture_output=True, check=False)
        return asked.returncode == 0


def run(
    command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None, seconds: float = 900
) -> str:
    """Run a program; fail with all that it says where it fails."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, env=env, cwd=cwd, timeout=seconds, check=False, **pipes)
    assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout[-5000:]}"
    return done.stdout


@contextmanager
def engine() -> Iterator[Engine]:
    """An engine that answers."""
    if url := os.environ.get("DOCKER_HOST"):
        named = Engine(url, is_our_own=False)
        assert named.answers(), f"No engine answers at DOCKER_HOST={url}. {NEEDED}"
        yield named
        return
    assert os.getuid() == 0, NEEDED
    assert Path("/usr/sbin/dockerd").exists(), NEEDED
    (CACHE / "config").mkdir(mode=0o700, parents=True, exist_ok=True)
    _end_what_was_left()
    assert not (INTERFACES / "docker0").exists(), f"Another engine runs on this machine: name it. {NEEDED}"
    with (
        tempfile.TemporaryDirectory(prefix="engine-") as folder,
        _the_network_as_it_was(),
        _dockerd(Path(folder)) as started,
    ):
        yield started


@contextmanager
def _dockerd(folder: Path) -> Iterator[Engine]:
    started = Engine(f"unix://{folder}/docker.sock", is_our_own=True)
    command = ["/usr/sbin/dockerd", "--data-root", CACHE / "engine", "--exec-root", folder / "exec"]
    command += ["--pidfile", CACHE / "engine.pid", "--host", started.url, "--log-level", "warn"]
    log = CACHE / "engine.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        eventually(lambda: process.poll() is not None or started.answers(), START_SECONDS)
        assert process.poll() is None, f"No engine can start here. {NEEDED}\n{log.read_text()[-3000:]}"
        _empty(started)  # of what a test has left that was killed
        yield started
    finally:
        if started.answers():
            _empty(started)
        with suppress(psutil.NoSuchProcess):  # it could not start
            _end(psutil.Process(process.pid))
        process.wait()


def _empty(started: Engine) -> None:
    """Remove everything but images."""
    for kind, all_of_them in (
        ("container", ["--all"]),
        ("volume", []),
        ("network", ["--filter", "type=custom"]),
    ):
        if found := started.docker(kind, "ls", "--quiet", *all_of_them).split():
            started.docker(kind, "rm", *(["--force"] if kind != "network" else []), *found)


@contextmanager
def _the_network_as_it_was() -> Iterator[None]:
    """Undo what the engine changes of the machine's network; where this process dies, its next one does."""
    before = {
        "rules": run(["iptables-save"]),
        "forwarding": FORWARDING.read_text(),
        "interfaces": sorted(it.name for it in INTERFACES.iterdir()),
    }
    NETWORK.write_text(json.dumps(before))
    try:
        yield
    finally:
        _undo()


def _undo() -> None:
    before = json.loads(NETWORK.read_text())
    # what was saved does not name a table in which there was nothing
    rules = "*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n"
    rules += "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n"
    subprocess.run(["iptables-restore"], input=rules + before["rules"], text=True, check=True)
    FORWARDING.write_text(before["forwarding"])
    for interface in INTERFACES.iterdir():
        if interface.name not in before["interfaces"] and (interface / "bridge").exists():
            run(["ip", "link", "delete", interface.name])
    NETWORK.unlink()


def _end_what_was_left() -> None:
    """End the engine of a test that was killed, and undo what it had changed."""
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        left = psutil.Process(int((CACHE / "engine.pid").read_text()))
        if left.name() == "dockerd":
            _end(left)
    if NETWORK.exists():
        _undo()


def _end(process: psutil.Process) -> None:
    """End an engine with all that it has started."""
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, stubborn = psutil.wait_procs(family, STOP_SECONDS)
    for each in stubborn:
        with suppress(psutil.NoSuchProcess):
            each.kill()
