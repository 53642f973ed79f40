"""What a piece of work costs: time, processor time on both sides of the connection, memory."""

import re
import resource
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

REAPED_SECONDS = 0.1  # a backend that has ended counts for the server only once it has been waited for


@dataclass(frozen=True, slots=True)
class Usage:
    """What something took.

    Attributes:
        seconds: on the clock.
        client_cpu: processor seconds of this process, all threads.
        server_cpu: processor seconds of PostgreSQL, all processes: backends, WAL writer, checkpointer.
        peak_rss_mb: this process's memory at its peak since it began.
    """

    seconds: float
    client_cpu: float
    server_cpu: float
    peak_rss_mb: float


class Meter:
    """Adds up what the blocks under it cost; what happens between them does not count."""

    def __init__(self, server: int | None = None) -> None:
        """Args: server: process number of PostgreSQL's postmaster; without it the server costs nothing."""
        self._server = server
        self._spent = np.zeros(3)

    def __enter__(self) -> None:
        self._start = np.array([self._server_cpu(), time.process_time(), time.perf_counter()])

    def __exit__(self, *_: object) -> None:
        seconds, client = time.perf_counter(), time.process_time()
        if self._server:
            time.sleep(REAPED_SECONDS)
        self._spent += np.array([self._server_cpu(), client, seconds]) - self._start

    @property
    def usage(self) -> Usage:
        """The sum so far."""
        server_cpu, client_cpu, seconds = self._spent
        return Usage(float(seconds), float(client_cpu), float(server_cpu), peak_rss_mb())

    def _server_cpu(self) -> float:
        """Return user and system seconds of the postmaster, of its children, and of those that have ended."""
        if self._server is None:
            return 0.0
        postmaster = psutil.Process(self._server)
        times = [postmaster.cpu_times()]
        for child in postmaster.children():
            with suppress(psutil.NoSuchProcess):
                times.append(child.cpu_times())
        ended = times[0].children_user + times[0].children_system
        return ended + sum(each.user + each.system for each in times)


def peak_rss_mb() -> float:
    """Return this process's memory at its peak since it began."""
    if psutil.MACOS:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    # not ru_maxrss: on Linux a process begins with that of the process which has started it (getrusage(2))
    [peak] = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(peak) * 1024 / 1e6
