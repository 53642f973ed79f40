"""However the instance is found and whatever goes wrong, it ends running on the wanted type."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred

from tests.ec2.driver import Crash, CrashError, fire, operator, run, stored
from tests.ec2.simulator import BASE, SLOW, TRILLIUM, WORK, WRITES, Simulator, eventually

STATES = ("running", "stopped", "stopping", "pending")
STARTS = [(state, instance_type) for state in STATES for instance_type in (BASE, WORK)]
STOP, MODIFY, START = WRITES
THROTTLED = {"error": "RequestLimitExceeded", "message": "Request limit exceeded.", "status": 503}
RACE = {
    "error": "IncorrectInstanceState",
    "message": "Not in the right state.",
    "status": 400,
}
TOO_EARLY = {
    "error": "InvalidParameterValue",
    "message": "Invalid value for instanceType. LaunchPlan instance type does not match attribute value",
    "status": 400,
}
FAULTS = [
    *((action, fault) for action in WRITES for fault in (THROTTLED, RACE, {"lost_answer": True})),
    (START, TOO_EARLY),
    ("DescribeInstances", THROTTLED),
    ("DescribeInstances", {"lost_answer": True}),
    ("DescribeInstanceStatus", THROTTLED),
]


def needed(state: str, instance_type: str) -> dict[str, int]:
    """The writes without which it cannot be done."""
    if instance_type == WORK:
        return {START: 1} if state in {"stopped", "stopping"} else {}
    return {STOP: 1, MODIFY: 1, START: 1} if state in {"running", "pending"} else {MODIFY: 1, START: 1}


def setup_writes(state: str) -> dict[str, int]:
    """The writes that brought it into that state."""
    return {"running": {}, "stopping": {STOP: 1}, "stopped": {STOP: 1}, "pending": {STOP: 1, START: 1}}[state]


def total(*writes: dict[str, int]) -> dict[str, int]:
    return {action: n for action in WRITES if (n := sum(some.get(action, 0) for some in writes))}


@pytest.mark.parametrize(("state", "instance_type"), STARTS)
def test_from_every_state_with_no_write_too_many(aws: Simulator, state: str, instance_type: str) -> None:
    it = aws.instance(state, instance_type)
    result = run(operator(it))
    assert aws.outcome(it) == (WORK, "running")
    assert aws.checks(it) == "ok"
    assert aws.writes(it) == total(setup_writes(state), needed(state, instance_type))
    assert (result["type_before"], result["type_after"], result["state"]) == (instance_type, WORK, "running")


# How many API calls the operator makes from each start, about; a look at a running instance is two.
CALLS = {
    ("running", BASE): 11,
    ("running", WORK): 2,
    ("stopped", BASE): 7,
    ("stopped", WORK): 5,
    ("stopping", BASE): 7,
    ("stopping", WORK): 5,
    ("pending", BASE): 11,
    ("pending", WORK): 2,
}
CRASHES = [(*start, n) for start, calls in CALLS.items() for n in range(1, calls + 1)]


@pytest.mark.parametrize(("state", "instance_type", "after_calls"), CRASHES)
def test_after_a_crash_at_any_call(aws: Simulator, state: str, instance_type: str, after_calls: int) -> None:
    it = aws.instance(state, instance_type)
    with suppress(CrashError):  # a run that was quicker than usual has ended before its last crash
        run(operator(it), Crash(after_calls))
    run(operator(it))
    assert aws.outcome(it) == (WORK, "running")
    assert aws.checks(it) == "ok"
    assert aws.writes(it) == total(setup_writes(state), needed(state, instance_type))


@pytest.mark.parametrize(("action", "fault"), FAULTS)
@pytest.mark.parametrize(("state", "instance_type"), STARTS[:1] + STARTS[3:5])
def test_in_spite_of_a_fault(
    aws: Simulator, state: str, instance_type: str, action: str, fault: dict[str, Any]
) -> None:
    it = aws.instance(state, instance_type)
    aws.fail(action, times=2, **fault)
    run(operator(it))
    assert aws.outcome(it) == (WORK, "running")
    assert aws.checks(it) == "ok"
    # What was refused does not count, and after a lost answer the next look saw that it had worked.
    assert aws.writes(it) == total(setup_writes(state), needed(state, instance_type))


def test_two_at_the_same_time(aws: Simulator) -> None:
    it = aws.instance()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [operator(it), operator(it)]))
    assert aws.outcome(it) == (WORK, "running")


def test_there_and_back_tells_what_it_cost(aws: Simulator) -> None:
    it = aws.instance()
    up = run(operator(it, WORK))
    down = run(operator(it, BASE))
    assert aws.outcome(it) == (BASE, "running")
    assert 0 < down["downtime_seconds"] <= down["seconds"]
    assert up["public_ip_before"] != up["public_ip_after"] == down["public_ip_before"]


@pytest.mark.parametrize("instance_id", ["i-00000000000000000", "trillium"])
def test_an_unknown_instance_fails_for_good_and_says_where(aws: Simulator, instance_id: str) -> None:
    with pytest.raises(AirflowFailException, match=f"{instance_id} in us-east-1.*Check the id"):
        run(operator(instance_id))


def test_a_killed_task_stops_in_the_middle_of_a_call() -> None:
    with pytest.raises(SystemExit, match=TRILLIUM):
        operator(TRILLIUM).on_kill()


def test_a_terminated_instance_fails_for_good(aws: Simulator) -> None:
    it = aws.instance()
    aws.ec2.terminate_instances(InstanceIds=[it])
    with pytest.raises(AirflowFailException, match="us-east-1: it cannot come back"):
        run(operator(it))


def test_an_instance_terminated_meanwhile_ends_the_wait(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(STOP, lost_answer=True)
    aws.ec2.terminate_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "terminated")
    with pytest.raises(AirflowFailException):
        run(operator(it))


def test_a_refusal_says_what_aws_said_and_how_the_instance_was_left(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, times=9, error="InsufficientInstanceCapacity", message="No capacity.", status=500)
    with pytest.raises(AirflowException, match=f"InsufficientInstanceCap.*No capacity.*stopped as {WORK}"):
        run(operator(it))
    assert aws.writes(it) == {STOP: 1, MODIFY: 1}


def test_what_is_always_throttled_fails_in_the_end(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(STOP, times=99, **THROTTLED)
    with pytest.raises(AirflowException, match="Gave up after 5 times 'stop'"):
        run(operator(it))
    assert aws.outcome(it) == (BASE, "running")


def test_a_wait_ends_in_an_error_when_time_is_up(aws: Simulator) -> None:
    it = aws.instance("stopping")
    aws.fail("DescribeInstances", times=9999, **THROTTLED)
    with pytest.raises(AirflowException, match=f"Time is up.*{it} could not be seen"):
        run(operator(it, timeout=0.3))


def test_what_a_wait_cannot_get_over_is_an_error(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    with pytest.raises(TaskDeferred) as deferred:
        operator(it).execute({})
    aws.fail("DescribeInstances", error="UnauthorizedOperation", message="Not you.", status=403)
    event = fire(deferred.value.trigger)
    assert event["status"] == "error"
    assert "Not you." in event["message"]


def test_the_trigger_is_the_same_after_a_round_trip(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    with pytest.raises(TaskDeferred) as deferred:
        operator(it, region_name="us-east-1", botocore_config={"read_timeout": 9}).execute({})
    trigger = deferred.value.trigger
    assert stored(trigger).serialize() == trigger.serialize()
    assert fire(stored(trigger))["status"] == "success"
