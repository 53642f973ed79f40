"""Where tasks run is decided by two settings, in one place."""

import json
import subprocess
import sys

import pytest

from include.settings import ROOT
from tier1_tasks.host.placement import SLOTS

LOOK = """
import json
from tier1_tasks.host.placement import ON_THE_INSTANCE, has_worker
print(json.dumps([ON_THE_INSTANCE, has_worker()]))
"""


@pytest.mark.parametrize(
    ("environment", "decided"),
    [
        ({}, [{}, False]),
        ({"TIER1_STAGE_QUEUE": "master"}, [{"queue": "master"}, True]),
        (
            {"TIER1_STAGE_QUEUE": "master", "TIER1_STAGE_EXECUTOR": "EdgeExecutor"},
            [{"queue": "master", "executor": "EdgeExecutor"}, True],
        ),
    ],
)
def test_the_settings_say_where_the_tasks_of_the_instance_run(environment, decided):
    path = f"{ROOT}:{ROOT / 'plugins'}"
    said = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={"PYTHONPATH": path, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(said.stdout) == decided


@pytest.mark.parametrize(
    ("more", "queue", "shards", "at_once"),
    [
        ("", "big", 1, 1),
        ("", "big", 6, 6),
        ("", "big", 12, 8),  # the worker takes no more
        ("i-1", "big", 3, 2),
        (" i-1 , laptop ", "big", 12, 4),
        ("i-1,laptop", "", 6, 6),  # no worker, so all run with Airflow
    ],
)
def test_hosts_share_the_shards_of_a_stage_evenly(more, queue, shards, at_once):
    look = f"from tier1_tasks.host.placement import beside; print(beside({shards}))"
    environment = {"TIER1_MORE_HOSTS": more, "TIER1_STAGE_QUEUE": queue}
    said = subprocess.run(
        [sys.executable, "-c", look],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(said.stdout) == at_once


def test_the_workers_unit_takes_as_many_tasks_as_are_queued_for_it():
    lines = (ROOT / "deploy/worker/defaults.env").read_text().splitlines()
    assert f"AIRFLOW__EDGE__WORKER_CONCURRENCY={SLOTS}" in lines
