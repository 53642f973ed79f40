"""Starts and stops services: each in a process session of its own, known by its pid file."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

from embedded.errors import EmbeddedError
from embedded.home import Home
from embedded.interrupts import undivided

START_TOLERANCE_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.1
KILL_SECONDS = 10.0


@dataclass
class Service:
    """A program in the background, in its own session so that all its descendants can be found.

    The pid file records when the process started, counted from boot (a corrected wall clock does not
    change that): a pid that meanwhile belongs to another program is never signalled.

    Attributes:
        own_log: whether it writes into its own log; else where its parent writes.
    """

    name: str
    home: Home
    stop_signal: signal.Signals = signal.SIGTERM
    own_log: bool = True
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """What the service writes to stdout and stderr; the log of the start before is kept beside it."""
        return self.home.logs / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """The pid and the start time, as JSON."""
        return self.home.run / f"{self.name}.pid"

    def start(self, command: Sequence[str], env: Mapping[str, str], user: str | None = None) -> None:
        """Start the program, as another user where root asks for it; do not wait until it is ready."""
        # undivided: a program that has started and is not in its file yet would be found by nobody
        with undivided(), self._output() as output:
            self._child = subprocess.Popen(
                command,
                env=env,
                cwd=self.home.path,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
            record = {"pid": self._child.pid, "started": _started(self._child.pid)}
            self.pid_file.write_text(json.dumps(record))

    @property
    def pid(self) -> int | None:
        """The pid of the running service, None when it does not run."""
        recorded = self._record()
        if recorded is None:
            return None
        pid, started = recorded
        return pid if _is_same(pid, started) and _is_alive(pid) else None

    def require_running(self) -> None:
        """Raise, with the end of the log, when the service has ended."""
        if self.pid is None:
            raise EmbeddedError(f"{self.name} has ended. The last lines of {self.log}:\n{tail(self.log)}")

    def members(self) -> list[psutil.Process]:
        """List the session's live processes: also after the first one died, also in other process groups."""
        recorded = self._record()
        if recorded is None:
            return []
        pid, started = recorded
        if psutil.pid_exists(pid) and not _is_same(pid, started):
            return []
        return [
            process
            for process in psutil.process_iter()
            if _session(process.pid) == pid and _is_alive(process.pid)
        ]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole session."""
        for process in self.members():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def forget(self) -> None:
        """Remove the pid file of a service that has ended, and reap it where it was our child."""
        if self._child is not None:
            self._child.poll()
        self.pid_file.unlink(missing_ok=True)

    def _output(self) -> contextlib.AbstractContextManager[BinaryIO | None]:
        if not self.own_log:
            return contextlib.nullcontext()
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".previous.log"))
        return self.log.open("wb")

    def _record(self) -> tuple[int, float] | None:
        try:
            record = json.loads(self.pid_file.read_text())
            return record["pid"], record["started"]
        except (FileNotFoundError, ValueError):
            return None


def stop(services: Sequence[Service], grace_seconds: float) -> None:
    """Ask all sessions to end, at the same time, and kill what is left after the grace period."""
    for service in services:
        service.send(service.stop_signal)
    living = _wait_for_end(services, grace_seconds)
    for service in living:
        service.send(signal.SIGKILL)
    unkillable = _wait_for_end(living, KILL_SECONDS)
    if unkillable:
        raise EmbeddedError(f"Could not be stopped: {', '.join(map(str, unkillable))}")
    for service in services:
        service.forget()


def _wait_for_end(services: Sequence[Service], timeout: float) -> list[Service]:
    """Return those that live after the time; zombies do not, as a container may have nobody to reap them."""
    deadline = time.monotonic() + timeout
    while living := [service for service in services if service.members()]:
        if time.monotonic() > deadline:
            break
        time.sleep(LOOK_EVERY_SECONDS)
    return living


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _started(pid: int) -> float:
    return psutil.Process(pid).create_time() - psutil.boot_time()


def _is_same(pid: int, started: float) -> bool:
    try:
        return abs(_started(pid) - started) < START_TOLERANCE_SECONDS
    except psutil.NoSuchProcess:
        return False


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None
