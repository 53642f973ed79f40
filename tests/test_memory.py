"""Freed arrays stay in the process."""

import platform
import resource
import subprocess
import sys
from threading import Thread

import numpy as np
import pytest

from include.settings import ROOT

MONTH = 7_000_000  # numbers: the features of a month of the widest stage
ROUNDS = 5


def cleared_pages_a_round() -> float:
    """Pages that the kernel has had to clear for arrays of a thread that are freed and wanted again."""
    faults = []

    def work() -> None:
        for _ in range(ROUNDS):
            np.ones(MONTH)
            faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    return (faults[-1] - faults[0]) / (ROUNDS - 1)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's malloc")
def test_the_next_month_finds_the_memory_of_the_last_one():
    code = (
        "from include.pipeline.memory import keep_freed_memory;"
        " from tests.test_memory import cleared_pages_a_round;"
        " before = cleared_pages_a_round(); keep_freed_memory(); print(before, cleared_pages_a_round())"
    )
    command = [sys.executable, "-c", code]
    # a process of its own, because the setting stays; huge pages would hide the clearing among a few faults
    done = subprocess.run(
        command, cwd=ROOT, env={"NUMPY_MADVISE_HUGEPAGE": "0"}, capture_output=True, text=True, check=True
    )
    before, after = map(float, done.stdout.split())
    assert before > MONTH * 8 / 4096 / 2
    assert after < before / 100
