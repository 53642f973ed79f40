"""What the operators' templates become for a run."""

import importlib.util
from typing import Any

import pytest

from include.settings import ROOT
from tests.tier1_tasks.left import params as parameters
from tests.tier1_tasks.left import proposed, task_instance
from tier1_tasks.names import INSTALLATION, PREFLIGHT

SHARDS = [{"first": "2024-01", "last": "2024-01"}, {"first": "2024-02", "last": "2024-03"}]

TOLD = {"estimate": "3 months: about 8 s here", "resized": "5 s, 6 min, ~$0.13 more", "as_it_is": "8 s"}


def dag_of(file: str) -> Any:
    spec = importlib.util.spec_from_file_location(file, ROOT / f"dags/{file}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag


@pytest.fixture
def rendered(monkeypatch):
    monkeypatch.setenv(f"AIRFLOW_VAR_{INSTALLATION.upper()}", "this-airflow")
    dag = dag_of("tier1")

    def render(task_id: str, told: dict[str, str] = TOLD, try_number: int = 1, **params: Any) -> Any:
        proposal = proposed(proposed=params.get("resize") != "never", **told)
        ti = task_instance({(PREFLIGHT, "return_value"): SHARDS} | proposal, try_number, **params)
        values = parameters(**params)
        task = dag.get_task(task_id).prepare_for_execution()
        task.render_template_fields(
            {"params": values, "ti": ti, "run_id": "manual", "dag": dag, "task": task}
        )
        return task

    return render


def test_upsize_asks_for_all_work_types_and_falls_back_to_the_small_ones(rendered):
    upsize = rendered("upsize", work_type=["c7i.8xlarge", "c6i.8xlarge"])
    assert upsize.instance_type == "c7i.8xlarge,c6i.8xlarge"
    assert upsize.fallback_types == "t3.2xlarge,t3a.2xlarge,m6i.2xlarge"
    assert (upsize.lease_run, upsize.lease_dag, upsize.lease_owner) == ("manual", "tier1", "this-airflow")


def test_downsize_asks_for_the_base_type(rendered):
    assert rendered("downsize", base_type="t3a.2xlarge").instance_type == "t3a.2xlarge"


def test_a_sensor_waits_for_the_months_of_the_plan(rendered):
    sensor = rendered("stage_2_16b_complete")
    assert (sensor.stage, sensor.first_month, sensor.last_month) == ("currency_blocs", "2024-01", "2024-03")


def test_the_validation_looks_at_the_months_of_the_plan_and_at_bars_of_the_run(rendered):
    validate = rendered("validate")
    assert (validate.first_month, validate.last_month, validate.seed) == ("2024-01", "2024-03", "manual")


def test_upsize_makes_small_what_an_earlier_try_has_left_where_it_was_decided_not_to_resize(rendered):
    assert rendered("upsize", resize="never").instance_type == "t3.2xlarge"


def test_a_person_is_asked_about_this_instance_and_these_months(rendered):
    approve = rendered("approve", work_type="c7i.8xlarge,c6i.8xlarge")
    assert approve.subject == "Compute 2024-01 .. 2024-03?"
    assert approve.body.strip().split("\n\n") == [
        "* **Resize and compute**: 5 s, 6 min, ~$0.13 more. i-08a8fa9a42491827c\n"
        "  stops, starts again as c7i.8xlarge or c6i.8xlarge, computes, and becomes a\n"
        "  t3.2xlarge again.\n"
        "* **Compute as it is**: 8 s. No instance is touched.\n"
        "* **Reject**: nothing is computed, and the run fails.",
        "You asked for **a resize**:\n*Make the instance big* is `always`.",
        "The estimate: 3 months: about 8 s here.",
    ]


def test_a_person_is_not_asked_about_a_resize_where_the_parameter_forbids_it(rendered):
    body = rendered("approve", resize="never").body
    assert "Resize" not in body
    assert body.startswith("* **Compute as it is**: 8 s. ")
    assert "You asked for **no resize**:\n*Make the instance big* is `never`." in body


def test_where_it_is_left_to_preflight_the_question_says_what_is_proposed_and_why(rendered):
    body = rendered("approve", resize="if_needed").body
    assert "Proposed is to **resize**: it pays." in body
    assert "You asked" not in body


def test_a_person_who_is_asked_again_is_told_that_what_was_made_big_becomes_small_first(rendered):
    body = rendered("approve", try_number=2).body
    assert (
        "* **Compute as it is**: 8 s. No instance is touched;\n"
        "  where an earlier try has made it big, it becomes small first.\n"
    ) in body


def test_where_nobody_could_tell_the_question_has_no_figures(rendered):
    body = rendered("approve", {}).body
    assert "* **Resize and compute**: i-08a8fa9a42491827c\n  stops," in body
    assert "* **Compute as it is**: No instance is touched." in body
    assert "estimate" not in body


def test_the_guard_resizes_under_its_own_airflow(monkeypatch):
    monkeypatch.setenv(f"AIRFLOW_VAR_{INSTALLATION.upper()}", "this-airflow")
    assert dag_of("tier1_guard").user_defined_macros["installation"]() == "this-airflow"
