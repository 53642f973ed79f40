"""Shards of a stage begin at the same time, in processes and on hosts of their own, in an empty database."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from include.months import MonthRange
from include.settings import ROOT
from include.stages import STAGES
from tests.store.history import MONTHS, compute_all, fingerprint, load_history

RUN = MonthRange(MONTHS[0], MONTHS[-1])
# It has imported all before it says so, and begins when it is told, together with the others.
SHARD = """
import sys
from include.months import MonthRange
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import Settings
from include.stages import stage_named
database, stage, first, last, shard = sys.argv[1:]
months = MonthRange.of_texts(first, last)
print(flush=True)
sys.stdin.read()
job = Job(stage_named(stage), months, "test", host=f"host-{shard}", shard=int(shard))
run_stage(database, job, Settings())
"""


def at_once(database: str, stage: str, shards: Sequence[MonthRange]) -> None:
    """Compute a stage, each shard in a process of its own."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SHARD, database, stage, str(shard.first), str(shard.last), str(number)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, shard in enumerate(shards)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    said = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(shards), said


@pytest.fixture
def history(conn):
    return load_history(conn)


@pytest.mark.parametrize("shards", [3, 5])
def test_they_agree_and_give_the_same_bytes_as_one(conn, database, history, shards):
    for stage in STAGES:
        at_once(database, stage.name, RUN.split(shards))
    found = fingerprint(conn)
    # one scale, one watch on the prices: else the next run would read them all again
    assert conn.execute("select count(*) from tier1.basket_base").fetchone() == (1,)
    assert conn.execute("select count(distinct watch) from tier1.completion_marker").fetchone() == (1,)
    hosts = conn.execute("select distinct host from tier1.completion_marker order by host").fetchall()
    assert [host for (host,) in hosts] == [f"host-{shard}" for shard in range(shards)]
    assert compute_all(database) == {stage.name: 0 for stage in STAGES}

    conn.execute("drop schema tier1 cascade")
    compute_all(database)
    assert fingerprint(conn) == found
