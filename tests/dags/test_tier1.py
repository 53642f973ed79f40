"""The shape of the run: what comes after what, what always executes, what the UI's dialog clears."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys

import pytest
from airflow.sdk import TriggerRule
from airflow.sdk.exceptions import AirflowSkipException

from include.settings import ROOT
from tier1_tasks.defaults import owner_links
from tier1_tasks.short_errors import say_errors_in_short
from tier1_tasks.times import leave_beginning
from tier1_tasks.what_to_do import say_what_to_do

CHAIN = [
    "preflight", "approve", "upsize", "verify_host",
    "stage_2_3", "stage_2_3_complete",
    "stage_2_4", "stage_2_4_complete",
    "stage_2_16b", "stage_2_16b_complete",
    "validate", "evaluate", "publish", "downsize", "verdict",
]  # fmt: skip


@pytest.fixture(scope="module")
def dag():
    spec = importlib.util.spec_from_file_location("tier1", ROOT / "dags/tier1.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag


def test_the_tasks_run_in_the_order_of_the_plan(dag):
    assert [task.task_id for task in dag.topological_sort()] == CHAIN
    for task_id, following in itertools.pairwise(CHAIN):
        assert following in dag.get_task(task_id).downstream_task_ids


def test_the_way_back_is_a_teardown_of_preflight_and_upsize(dag):
    downsize = dag.get_task("downsize")
    assert downsize.is_teardown
    assert downsize.on_failure_fail_dagrun
    assert downsize.trigger_rule == TriggerRule.ALL_DONE_SETUP_SUCCESS
    assert {task_id for task_id in downsize.upstream_task_ids if dag.get_task(task_id).is_setup} == {
        "preflight",
        "upsize",
    }


def test_the_verdict_is_a_teardown_that_decides_the_colour_of_the_run(dag):
    verdict = dag.get_task("verdict")
    assert verdict.is_teardown
    assert verdict.on_failure_fail_dagrun
    assert verdict.upstream_task_ids == {"downsize"}


def test_every_task_leaves_word_of_when_it_began_and_says_its_errors_in_short(dag):
    for task in dag.tasks:
        assert task.on_execute_callback == [say_errors_in_short, leave_beginning]
    shard = dag.get_task("stage_2_3").unmap({"op_kwargs": {"first": "2024-01", "last": "2024-01"}})
    assert shard.on_execute_callback == [say_errors_in_short, leave_beginning]


@pytest.mark.parametrize("task_id", CHAIN)
def test_every_task_says_what_it_does_and_when_it_fails_what_to_do(dag, task_id):
    task = dag.get_task(task_id)
    assert task.doc_md
    assert task.on_failure_callback[0] is say_what_to_do


def test_what_tasks_return_is_not_said_in_their_logs(dag):
    shard = dag.get_task("stage_2_3").unmap({"op_kwargs": {"first": "2024-01", "last": "2024-01"}})
    python = [shard, *(it for it in dag.tasks if hasattr(it, "show_return_value_in_logs"))]
    assert len(python) > 4
    assert [it.task_id for it in python if it.show_return_value_in_logs] == []


def test_the_owner_leads_to_the_runbook_where_the_address_of_the_ui_is_known():
    there = "https://airflow.example.org/flow/tier1/runbook"
    assert owner_links(there) == {"TIER 1": there}
    assert owner_links("/tier1/runbook") == owner_links("http:///tier1/runbook") == {}


def test_nothing_skips_the_teardowns(dag):
    assert dag.dagrun_timeout is None


@pytest.mark.parametrize("task_id", ["verify_host", "stage_2_3", "evaluate"])
def test_a_task_on_a_big_instance_that_may_be_tried_again_does_not_let_it_idle_for_long(dag, task_id):
    assert dag.get_task(task_id).retry_delay.total_seconds() <= 30


def test_every_wait_and_every_task_is_bounded(dag):
    bounded_by_themselves = {"approve"} | {t for t in CHAIN if t.endswith("_complete")}
    unbounded = [t for t in CHAIN if t not in bounded_by_themselves and not dag.get_task(t).execution_timeout]
    assert unbounded == []
    assert dag.get_task("approve").response_timeout


@pytest.mark.parametrize("stage", ["stage_2_3", "stage_2_4", "stage_2_16b"])
def test_clearing_a_stage_as_the_dialog_does_clears_the_resize_with_it(dag, stage):
    cleared = dag.partial_subset(stage, include_downstream=True, include_upstream=False).task_ids
    assert {"preflight", "upsize", "downsize", "verdict", *CHAIN[CHAIN.index(stage) :]} <= set(cleared)
    assert "approve" not in cleared


def test_the_parameters_have_the_names_that_others_rely_on(dag):
    assert set(dag.params) == {
        "instance_id", "base_type", "work_type", "start_month", "end_month", "shards", "require_approval",
        "evaluate", "force", "months_at_once", "resize",
    }  # fmt: skip
    assert (dag.params["base_type"], dag.params["work_type"]) == ("t3.2xlarge", "c7i.8xlarge")


@pytest.mark.parametrize(("task_id", "param"), [("approve", "require_approval"), ("evaluate", "evaluate")])
def test_a_task_that_a_parameter_turns_off_is_skipped(dag, task_id, param):
    pre_execute = dag.get_task(task_id)._pre_execute_hook
    pre_execute({"params": dag.params.dump() | {param: True}})
    with pytest.raises(AirflowSkipException, match=param):
        pre_execute({"params": dag.params.dump() | {param: False}})


def test_airflow_accepts_the_setups_and_teardowns(dag):
    dag.validate_setup_teardown()  # raises where it does not, as it did for a trigger rule behind a setup


HEAVY = {
    "boto3",
    "numpy",
    "pandas",
    "numba",
    "psycopg",
    "pyarrow",
    "jinja2",
    "sklearn",
    "scipy",
    "arch",
    "statsmodels",
    "matplotlib",
}


@pytest.mark.parametrize("dag_file", ["tier1", "tier1_guard"])
def test_parsing_the_file_imports_nothing_heavy(dag_file):
    script = (
        "import sys, json; sys.path.insert(0, 'dags'); import airflow.sdk; before = set(sys.modules);"
        f"import {dag_file};"
        "print(json.dumps(sorted({m.split('.')[0] for m in set(sys.modules) - before})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert imported & HEAVY == set()


PLACES = """
import importlib.util, json
spec = importlib.util.spec_from_file_location("tier1", "dags/tier1.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
tasks = module.dag.topological_sort()
print(json.dumps([[it.task_id, it.queue, it.executor, it.start_from_trigger] for it in tasks]))
"""


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, ["default", None, False]),
        (
            {
                "TIER1_STAGE_QUEUE": "big",
                "TIER1_STAGE_EXECUTOR": "EdgeExecutor",
                "AIRFLOW__CORE__EXECUTOR": "LocalExecutor,"
                "EdgeExecutor:airflow.providers.edge3.executors.EdgeExecutor",
            },
            ["big", "EdgeExecutor", True],
        ),
        (
            {"TIER1_STAGE_QUEUE": "big", "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"},
            ["big", None, False],
        ),
    ],
    ids=["with Airflow", "Edge", "Celery"],
)
def test_settings_alone_decide_where_the_stages_run_and_what_outlives_the_instance_stays(given, place):
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}", **given}
    done = subprocess.run(
        [sys.executable, "-c", PLACES], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    places = {task_id: where for task_id, *where in json.loads(done.stdout.splitlines()[-1])}
    on_the_instance = {"verify_host", "stage_2_3", "stage_2_4", "stage_2_16b", "evaluate"}
    assert {task: where for task, where in places.items() if task in on_the_instance} == dict.fromkeys(
        on_the_instance, place
    )
    others = [where for task, where in places.items() if task not in on_the_instance]
    assert others == [["default", None, False]] * len(others)
