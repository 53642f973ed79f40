"""Where tasks run is decided by two settings, in one place."""

import json
import subprocess
import sys

import pytest

from include.settings import ROOT

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
