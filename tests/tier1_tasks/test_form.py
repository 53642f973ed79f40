"""The run's parameters are parsed once, whichever way the form gives them."""

from copy import deepcopy

import pytest
from airflow.sdk.exceptions import ParamValidationError

from include.settings import MOST_MONTHS_AT_ONCE
from tier1_tasks.form import PARAMS, RunParams, problems_with_parameters

DEFAULTS = {name: param.value for name, param in PARAMS.items()}


def accepted(name: str, value: object) -> object:
    """What Airflow makes of a value; a parameter keeps what it was asked to resolve."""
    return deepcopy(PARAMS[name]).resolve(value)


def test_without_any_answer_the_parameters_are_those_of_the_settings() -> None:
    run = RunParams.of(DEFAULTS)
    assert (run.instance_id, run.base_type, run.work_types) == (
        "i-08a8fa9a42491827c",
        "t3.2xlarge",
        ["c7i.8xlarge"],
    )
    assert (run.start_month, run.end_month, run.shards, run.force) == (None, None, 1, False)


@pytest.mark.parametrize(
    "work_type",
    [
        "c7i.8xlarge,c6i.8xlarge",
        " c7i.8xlarge , c6i.8xlarge,",
        ["c7i.8xlarge", "c6i.8xlarge"],
        ["c7i.8xlarge, c6i.8xlarge"],
    ],
)
def test_work_types_are_a_list_or_a_text_with_commas(work_type: str | list[str]) -> None:
    assert accepted("work_type", work_type) == work_type
    assert RunParams.of(DEFAULTS | {"work_type": work_type}).work_types == ["c7i.8xlarge", "c6i.8xlarge"]


def test_the_base_type_is_the_first_of_the_small_types_and_none_is_named_twice() -> None:
    assert RunParams.of(DEFAULTS).small_types == ["t3.2xlarge", "t3a.2xlarge", "m6i.2xlarge"]
    run = RunParams.of(DEFAULTS | {"base_type": "m6i.2xlarge"})
    assert run.small_types == ["m6i.2xlarge", "t3a.2xlarge"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("work_type", [1, 2]),
        ("work_type", []),
        ("work_type", ""),
        ("work_type", "big"),
        ("base_type", "small"),
        ("resize", "sometimes"),
        ("resize", None),
        ("shards", 0),
        ("shards", "many"),
        ("force", "yes"),
        ("months_at_once", 0),
        ("months_at_once", MOST_MONTHS_AT_ONCE + 1),
        ("months_at_once", str(MOST_MONTHS_AT_ONCE + 1)),
    ],
)
def test_what_is_none_of_the_values_is_refused_when_the_run_is_triggered(name: str, value: object) -> None:
    with pytest.raises(ParamValidationError):
        accepted(name, value)


@pytest.mark.parametrize("value", [1, MOST_MONTHS_AT_ONCE, "1", str(MOST_MONTHS_AT_ONCE), "auto"])
def test_months_at_once_may_be_a_number_or_text(value: str | int) -> None:
    assert accepted("months_at_once", value) == value


@pytest.mark.parametrize(
    ("name", "meant"),
    [("endmonth", "end_month"), ("start_mont", "start_month"), ("Force", "force"), ("worktype", "work_type")],
)
def test_a_name_that_no_parameter_has_is_refused_with_the_one_that_was_meant(name: str, meant: str) -> None:
    [problem] = problems_with_parameters({**DEFAULTS, name: "2024-01"})
    assert problem == f"There is no parameter '{name}', and the run would ignore it: did you mean {meant}?"


def test_where_nothing_like_it_is_known_all_names_are_listed() -> None:
    [problem] = problems_with_parameters({"color": "red"})
    assert all(name in problem for name in PARAMS)


@pytest.mark.parametrize("month", ["2024-13", "2024-1", "24-01", "2024-01-01", "june", "2024-01\n"])
def test_what_is_no_month_is_taken_by_the_form_and_refused_in_words(month: str) -> None:
    """Airflow's form and API say of a `pattern` only "Bad Request", and a regular expression."""
    assert accepted("end_month", month) == month
    [problem] = problems_with_parameters(dict(DEFAULTS, start_month="2024-01", end_month=month))
    assert problem == (
        f"Last month (end_month): {month!r} is not a month: write YYYY-MM, for example 2024-03."
    )


@pytest.mark.parametrize("empty", [None, ""])
def test_months_may_be_left_empty(empty: str | None) -> None:
    assert problems_with_parameters(dict(DEFAULTS, start_month=empty, end_month=empty)) == []


def test_every_field_of_the_form_says_what_a_choice_does() -> None:
    lacking = [name for name, param in PARAMS.items() if not (param.description and param.schema["title"])]
    assert lacking == []


def test_what_decides_the_cost_of_a_run_is_not_folded() -> None:
    open_fields = [name for name, param in PARAMS.items() if "section" not in param.schema]
    assert open_fields == ["start_month", "end_month", "resize", "require_approval"]
    assert "$1.43 an hour" in str(PARAMS["resize"].description)
