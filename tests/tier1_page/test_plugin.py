"""What every process of Airflow imports at its start, the scheduler too, from which tasks are forked."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOADED = """
import json, sys
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
print(json.dumps([[it.name for it in plugins if it.name == "tier1_page"], errors, sorted(sys.modules)]))
"""


def test_nothing_that_tasks_import_is_imported_with_the_plugin():
    """A forked task would not see files that have changed since the scheduler has started."""
    env = os.environ | {"AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", LOADED], env=env, capture_output=True, text=True, check=True)
    plugins, errors, modules = json.loads(done.stdout.splitlines()[-1])
    assert (plugins, errors) == (["tier1_page"], {})
    ours = {it for it in modules if it.startswith(("tier1_tasks.", "ec2_resize", "include."))}
    assert ours == {
        "include.report",
        "include.report.worth",
        "tier1_tasks.host",
        "tier1_tasks.host.workers",
        "tier1_tasks.names",
    }
