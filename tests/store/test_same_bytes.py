"""What is in the tables does not depend on how the months were shared out."""

import os
import subprocess
import sys

import numpy as np
import pytest

from include.settings import ROOT
from include.stages import STAGES
from tests.bad_ticks import Tick, with_ticks
from tests.store.history import MONTHS, fingerprint, hourly_closes, load_history

SHARD = """
import sys
from include.months import MonthRange
from tests.store.history import compute_all
url, host, first, last = sys.argv[1:]
compute_all(url, "test", list(MonthRange.of_texts(first, last)), host=host)
"""


def compute(database, shards, at_once):
    """Have so many processes, each with a host's name of its own, compute its months at once."""
    env = os.environ | {"TIER1_MONTHS_AT_ONCE": str(at_once)}
    tasks = [
        subprocess.Popen(
            [sys.executable, "-c", SHARD, database, f"host-{n}", str(part[0]), str(part[-1])],
            cwd=ROOT,
            env=env,
        )
        for n, part in enumerate(np.array_split(MONTHS, shards))
    ]
    assert [task.wait() for task in tasks] == [0] * shards


def with_ticks_between_months(closes):
    """The last bar of each month and the first of the next have a price that nobody traded."""
    months = closes.index.month.to_numpy()
    first = np.flatnonzero(months[1:] != months[:-1]) + 1
    ticks = [tick for bar in first for tick in (Tick("usdjpy", bar - 1, 1e5), Tick("eurgbp", bar, 1e-5))]
    closes.iloc[:] = with_ticks(closes.to_numpy().T, ticks).T
    return closes


@pytest.mark.slow
def test_shards_threads_and_hosts_leave_the_same_bytes(conn, database):
    load_history(conn, with_ticks_between_months(hourly_closes()))
    left = {}
    for shards, at_once in [(1, 1), (1, 4), (3, 1), (3, 4)]:
        conn.execute("drop schema if exists tier1 cascade")
        compute(database, shards, at_once)
        hosts = "select distinct stage, host from tier1.completion_marker"
        assert len(conn.execute(hosts).fetchall()) == shards * len(STAGES)
        left[shards, at_once] = fingerprint(conn)
    assert len(set(left.values())) == 1, left
