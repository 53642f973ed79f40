"""The benchmark has workers as shards have tasks, and what it says of them follows from what they took."""

import math
import subprocess
import sys

import pytest

from bench import crews
from bench.crews import CREWS
from bench.product import compute, digest
from embedded.postgres import postgres_service
from include.pipeline.scaling import START_SECONDS
from include.settings import ROOT
from include.stages import STAGES
from tests.store.history import MONTHS, NAMES, load_history

SPIN = """
import time
from numba import njit
from bench import lock

@njit(nogil=True)
def free(n):
    x = 0.0
    for i in range(n):
        x += i ** 0.5
    return x

free(10)
lock.start()
lock.counted()
until = time.process_time() + 0.3
while time.process_time() < until:
    pass
print(lock.counted())
until = time.process_time() + 0.3
while time.process_time() < until:
    free(20_000_000)
print(lock.counted())
"""


def test_one_and_two_workers_are_in_the_markers_and_leave_the_same_bytes(server, conn, database):
    load_history(conn)
    months, postmaster = [str(month) for month in MONTHS], postgres_service(server).pid
    digests = set()
    for at_once, shards, hosts in [(1, 1, ["worker-1"]), (2, 2, ["worker-1", "worker-2"])]:
        conn.execute("drop schema if exists tier1 cascade")
        took = compute(database, postmaster, NAMES, months, at_once, shards, checkpoint=False)
        assert took["hosts"] == hosts
        assert took["rows"] == conn.execute("select sum(rows) from tier1.completion_marker").fetchone()[0]
        assert set(took["by_stage"]) == set(NAMES)
        assert all(stage["log_bytes"] > stage["rows"] for stage in took["by_stage"].values())
        digests.add(digest(database))
    assert len(digests) == 1


def test_the_lock_is_seen_where_it_is_held_and_only_there():
    done = subprocess.run([sys.executable, "-c", SPIN], cwd=ROOT, capture_output=True, text=True, check=True)
    python, compiled = map(eval, done.stdout.splitlines())
    assert python["with_lock"] > 20
    assert python["without_lock"] <= python["with_lock"] / 20
    assert compiled["without_lock"] > 20
    assert compiled["with_lock"] <= compiled["without_lock"] / 5


def took(seconds):
    """What a crew took, in thirds by stage: half of the client's time holds the lock."""
    third = {
        "seconds": seconds / 3, "client_cpu": 1.0, "server_cpu": 2.0, "rows": 1_000_000, "log_bytes": 8e6,
        "table_bytes": 2e6, "with_lock": 50, "without_lock": 50, "peak_rss_mb": 300.0,
    }  # fmt: skip
    by_stage = {stage.name: third for stage in STAGES}
    return {"seconds": seconds, "hosts": ["worker-1"], "peak_rss_mb": 300.0, "by_stage": by_stage}


def test_the_prediction_is_made_of_what_one_month_at_a_time_has_taken(monkeypatch):
    monkeypatch.setattr(crews, "usable_vcpus", lambda: 4)
    turns = [{name: took(12.0 if name == "one_at_once" else 8.0) for name in CREWS}]
    one, two, *_ = crews.table({"turns": turns, "months": 12, "bars": 1_000_000})
    assert (one["predicted"], one["off"]) == (pytest.approx(12.0), pytest.approx(0.0))
    locked, rest = 1.5, 12.0 - 3 * START_SECONDS - 1.5
    assert two["predicted"] == pytest.approx(3 * START_SECONDS + locked + rest / 2)
    assert (two["seconds"], two["times_as_fast"]) == (8.0, 1.5)


def test_a_month_is_taken_apart():
    turns = [{name: took(12.0) for name in CREWS}]
    *_, whole = crews.parts(turns, months=12)
    assert (whole["stage"], whole["locked"]) == ("all three", 0.5)
    assert math.isclose(whole["seconds"], 1.0)
    assert math.isclose(whole["log_bytes"], 2e6)
    assert crews.locked_share(turns) == pytest.approx(1.5 / 12)
