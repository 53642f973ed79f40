"""The run's parameters are parsed once, whichever way the form gives them."""

import pytest

from tier1_tasks.form import PARAMS, RunParams

DEFAULTS = {name: param.value for name, param in PARAMS.items()}


def test_without_any_answer_the_parameters_are_those_of_the_settings() -> None:
    run = RunParams.of(DEFAULTS)
    assert (run.instance_id, run.base_type, run.work_types) == (
        "i-08a8fa9a42491827c",
        "t3.2xlarge",
        ["c7i.8xlarge"],
    )
    assert (run.start_month, run.end_month, run.shards, run.force) == (None, None, 1, False)


@pytest.mark.parametrize(
    "work_type", ["c7i.8xlarge,c6i.8xlarge", " c7i.8xlarge , c6i.8xlarge,", ["c7i.8xlarge", "c6i.8xlarge"]]
)
def test_work_types_are_a_list_or_a_text_with_commas(work_type: str | list[str]) -> None:
    assert RunParams.of(DEFAULTS | {"work_type": work_type}).work_types == ["c7i.8xlarge", "c6i.8xlarge"]


def test_the_base_type_is_the_first_of_the_small_types_and_none_is_named_twice() -> None:
    assert RunParams.of(DEFAULTS).small_types == ["t3.2xlarge", "t3a.2xlarge", "m6i.2xlarge"]
    run = RunParams.of(DEFAULTS | {"base_type": "m6i.2xlarge"})
    assert run.small_types == ["m6i.2xlarge", "t3a.2xlarge"]
