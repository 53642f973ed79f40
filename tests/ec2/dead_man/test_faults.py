"""The switch fires, and AWS fails, refuses, or takes its time."""

from typing import Any

import pytest

from tests.ec2.dead_man.case import EQUIVALENT, TYPES, Case
from tests.ec2.simulator import BASE, TAGS, WORK, Simulator

ARM = "t4g.2xlarge"


@pytest.mark.parametrize(
    "fault",
    [
        {"error": "RequestLimitExceeded", "status": 503},
        {"error": "InternalError", "status": 500},
        {"error": "IncorrectInstanceState", "status": 400},
        {"lost_answer": True},
    ],
    ids=lambda fault: fault.get("error", "answer lost"),
)
def test_what_passes_is_answered_by_another_look(case: Case, fault: dict[str, Any]) -> None:
    it = case.left_behind("running", WORK)
    for action in ("DescribeInstances", "StopInstances", "ModifyInstanceAttribute", "StartInstances"):
        case.aws.fail(action, **fault)
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (BASE, "running")
    assert case.tags(it) == set()


def test_a_start_that_came_too_early_is_tried_again(case: Case) -> None:
    it = case.left_behind("stopped", WORK)
    text = "The attribute LaunchPlan is not valid"
    case.aws.fail("StartInstances", error="InvalidParameterValue", message=text, status=400)
    case.fire(it)
    assert case.aws.outcome(it) == (BASE, "running")


def test_what_is_not_permitted_fails_and_is_tried_in_the_next_attempt(case: Case) -> None:
    it = case.left_behind("running", WORK)
    case.aws.fail("StopInstances", error="UnauthorizedOperation", status=403, times=2)
    execution = case.fire(it, attempts=10)
    assert (execution.status, execution.attempts) == ("Success", 3)
    assert case.aws.outcome(it) == (BASE, "running")


def refuse(aws: Simulator, *types: str, times: int = 99) -> None:
    for each in types:
        fault = {"type": each, "times": times, "error": "InsufficientInstanceCapacity", "status": 500}
        aws.fail("StartInstances", **fault)


def test_where_aws_refuses_the_base_type_its_equivalent_runs(case: Case) -> None:
    it = case.left_behind("running", WORK)
    refuse(case.aws, BASE)
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (EQUIVALENT, "running")
    assert case.tags(it) == set()


def test_an_equivalent_that_runs_is_small_enough(case: Case) -> None:
    it = case.left_behind("running", EQUIVALENT)
    case.fire(it)
    assert case.aws.outcome(it) == (EQUIVALENT, "running")
    assert case.changes() == ["DeleteTags"]


def test_an_equivalent_that_is_stopped_is_no_reason_not_to_try_the_base_type(case: Case) -> None:
    it = case.left_behind("stopped", EQUIVALENT)
    case.fire(it)
    assert case.aws.outcome(it) == (BASE, "running")


@pytest.mark.parametrize("types", [[BASE], [BASE, EQUIVALENT], [BASE, ARM]], ids=len)
def test_where_aws_refuses_all_it_rests_on_the_base_type_and_keeps_its_lease(
    case: Case, types: list[str]
) -> None:
    it = case.left_behind("running", WORK)
    refuse(case.aws, *types)
    execution = case.fire(it, types)
    assert execution.status == "Failed"
    assert "InsufficientInstanceCapacity" in execution.outcome
    assert case.aws.outcome(it) == (BASE, "stopped")
    assert TAGS.run in case.tags(it)


def test_where_not_even_the_base_type_is_taken_it_stays_stopped_as_it_is(case: Case) -> None:
    it = case.left_behind("running", WORK)
    execution = case.fire(it, [ARM])
    assert execution.status == "Failed"
    assert "InvalidInstanceAttributeValue" in execution.outcome
    assert case.aws.outcome(it) == (WORK, "stopped")


def test_what_was_refused_is_granted_to_a_later_attempt(case: Case) -> None:
    it = case.left_behind("running", WORK)
    refuse(case.aws, *TYPES, times=1)
    execution = case.fire(it, attempts=10)
    assert (execution.status, execution.attempts) == ("Success", 2)
    assert case.aws.outcome(it) == (BASE, "running")


def test_an_attempt_that_runs_out_of_time_is_gone_on_with(case: Case) -> None:
    it = case.left_behind("running", WORK)
    case.aws.every_transition_takes(1)
    execution = case.fire(it, attempts=10, poll=0.005)  # an attempt lasts 108 looks
    assert execution.status == "Success"
    assert execution.attempts > 1
    assert case.aws.outcome(it) == (BASE, "running")


def test_an_instance_that_falls_back_to_stopped_gets_the_next_type(case: Case) -> None:
    it = case.left_behind("running", WORK)
    case.aws.fail("StartInstances", falls_back="Server.InternalError")
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (EQUIVALENT, "running")
