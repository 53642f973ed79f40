"""Workers: processes that compute their months of a stage when they are told to, as tasks of shards do.

A worker has its own host's name in the markers. It is told a stage by a line, and answers with a JSON object.
"""

import json
import logging
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

import numpy as np

from bench import lock
from bench.usage import peak_rss_mb
from include.months import parse_month
from include.numerics.rolling import forward_fill
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import Settings
from include.stages import stage_named

READY = "ready"


@contextmanager
def workers(url: str, shards: list[list[str]], at_once: int) -> Iterator[list["Worker"]]:
    """Start a worker for each of the shards' months, and wait until all have imported what they need."""
    crew = [Worker(url, months, at_once, f"worker-{n}") for n, months in enumerate(shards, start=1)]
    try:
        for worker in crew:
            worker.answer()
        yield crew
    finally:
        for worker in crew:
            worker.end()


class Worker:
    """One of them, as who leads them sees it."""

    def __init__(self, url: str, months: list[str], at_once: int, host: str) -> None:
        """Start the process."""
        asked = json.dumps({"url": url, "months": months, "at_once": at_once, "host": host})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, stage: str) -> None:
        """Have it compute its months of the stage."""
        tell = cast("IO[str]", self._process.stdin)
        tell.write(f"{stage}\n")
        tell.flush()

    def answer(self) -> Any:
        """Wait for what it has to say.

        Raises:
            RuntimeError: it has ended; its own words are on stderr.
        """
        line = cast("IO[str]", self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"a worker has ended with status {self._process.wait()}")
        return json.loads(line)

    def end(self) -> None:
        """Let it go, and wait until it has."""
        for pipe in (self._process.stdin, self._process.stdout):
            cast("IO[str]", pipe).close()
        self._process.wait()


def main() -> None:
    """Be a worker."""
    logging.basicConfig(level=logging.WARNING)
    forward_fill(np.zeros((1, 1)), 0)  # numba imports the rest of itself at the first call
    lock.start()
    _say(READY)
    for line in sys.stdin:
        _say(_compute(line.strip(), **json.loads(sys.argv[1])))


def _compute(stage: str, url: str, months: list[str], at_once: int, host: str) -> dict[str, Any]:
    wishes = Settings(months_at_once=at_once)  # pyright: ignore[reportCallIssue]
    job = Job(
        stage_named(stage), [parse_month(month) for month in months], f"bench__{uuid.uuid4()}", host=host
    )
    lock.counted()
    began = time.process_time()
    rows = run_stage(url, job, wishes).rows
    cpu = time.process_time() - began
    return {"rows": rows, "client_cpu": cpu, "peak_rss_mb": peak_rss_mb(), **lock.counted()}


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
