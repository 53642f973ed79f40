"""Every start x every fault x a crash: it ends where it should, with no write too many.

A crash is the death of the process after a call that has taken effect; a new one then starts from nothing.
"""

import itertools
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ec2_instance.lease import Lease
from tests.ec2.driver import Crash, CrashError, operator, run
from tests.ec2.simulator import BASE, TAGS, WORK, WRITES, Simulator

STOP, MODIFY, START = WRITES
NEXT_WORK, EQUIVALENT = "c6i.8xlarge", "t3a.2xlarge"
BIG, SMALL = [WORK, NEXT_WORK], [BASE, EQUIVALENT]
STATES = ("running", "stopped", "stopping", "pending")
STARTS = list(itertools.product(STATES, (BASE, WORK)))

THROTTLED = {"error": "RequestLimitExceeded", "message": "Request limit exceeded.", "status": 503}
RACE = {"error": "IncorrectInstanceState", "message": "Not in the right state.", "status": 400}
TOO_EARLY = {
    "error": "InvalidParameterValue",
    "message": "Invalid value for instanceType. LaunchPlan instance type does not match attribute value",
    "status": 400,
}
LOST = {"lost_answer": True}
SLOW = {"latency": 0.1}
# What passes: the same steps lead to the same end.
PASSING = [
    *((action, fault) for action in WRITES for fault in (THROTTLED, RACE, LOST)),
    (START, SLOW),
    (START, TOO_EARLY),
    ("CreateTags", THROTTLED),
    ("CreateTags", LOST),
    ("DescribeInstances", THROTTLED),
    ("DescribeInstances", LOST),
    ("DescribeInstanceStatus", THROTTLED),
]
# What does not: another type has to do.
REFUSING = [
    (START, {"error": "InsufficientInstanceCapacity", "message": "No capacity.", "status": 500}),
    (START, {"error": "VcpuLimitExceeded", "message": "More vCPUs than allowed.", "status": 400}),
    (START, {"error": "Unsupported", "message": "Not in this zone.", "status": 400}),
    (START, {"error": "InstanceLimitExceeded", "message": "Too many.", "status": 400}),
    (START, {"falls_back": "Server.InternalError"}),
    (START, {"falls_back": "Client.InternalError"}),
    (START, {"impaired": True}),
    (MODIFY, {"error": "InvalidInstanceAttributeValue", "message": "Not allowed.", "status": 400}),
]


def resize(it: str, wanted: list[str], busy_patience: float = 20) -> Any:
    return operator(
        it,
        wanted,
        fallback_types=SMALL,
        patience=0.05,
        fallback_patience=0.05,
        impaired_patience=0.05,
        busy_patience=busy_patience,
        lease=Lease(TAGS, timedelta(hours=1)),
    )


def needed(state: str, instance_type: str, wanted: str) -> dict[str, int]:
    """The writes without which it cannot be done."""
    if instance_type == wanted:
        return {START: 1} if state in {"stopped", "stopping"} else {}
    return {STOP: 1, MODIFY: 1, START: 1} if state in {"running", "pending"} else {MODIFY: 1, START: 1}


def crash_and_try_again(it: str, wanted: list[str], after_calls: int) -> dict[str, Any]:
    with suppress(CrashError):  # a run that was quicker has ended before it
        run(resize(it, wanted), Crash(after_calls))
    return run(resize(it, wanted))


def start(aws: Simulator, state: str, instance_type: str) -> str:
    it = aws.instance(state, instance_type)
    aws.control("DELETE", "calls")
    return it


@pytest.mark.parametrize(("state", "instance_type"), STARTS)
def test_from_every_start_with_no_write_too_many(aws: Simulator, state: str, instance_type: str) -> None:
    it = start(aws, state, instance_type)
    result = run(resize(it, [WORK]))
    assert aws.outcome(it) == (WORK, "running")
    assert aws.checks(it) == "ok"
    assert aws.writes(it) == needed(state, instance_type, WORK)
    assert (result["type_before"], result["type_after"], result["state"]) == (instance_type, WORK, "running")


# How many API calls the operator makes from each start, about; a look at a running instance is two.
CALLS = {
    ("running", BASE): 12,
    ("running", WORK): 2,
    ("stopped", BASE): 8,
    ("stopped", WORK): 6,
    ("stopping", BASE): 8,
    ("stopping", WORK): 6,
    ("pending", BASE): 12,
    ("pending", WORK): 2,
}
CRASHES = [(*it, after_calls) for it in STARTS for after_calls in range(1, CALLS[it] + 1)]


@pytest.mark.parametrize(("state", "instance_type", "after_calls"), CRASHES)
def test_after_a_crash_at_any_call(aws: Simulator, state: str, instance_type: str, after_calls: int) -> None:
    it = start(aws, state, instance_type)
    crash_and_try_again(it, [WORK], after_calls)
    assert aws.outcome(it) == (WORK, "running")
    assert aws.checks(it) == "ok"
    assert aws.writes(it) == needed(state, instance_type, WORK)


def crash_of(number: int) -> int:
    """After how many calls the process of a case dies: another one in each."""
    return 1 + 5 * number % max(CALLS.values())


def can_hit(action: str, state: str, instance_type: str, wanted: str) -> bool:
    """Whether the way has such a call at all."""
    writes = needed(state, instance_type, wanted)
    return action in writes if action in WRITES else bool(writes) or not action.startswith("Create")


PASSING_CASES = [
    (*it, wanted, fault)
    for number, (it, fault) in enumerate(itertools.product(STARTS, PASSING))
    if can_hit(fault[0], *it, wanted := (WORK, BASE)[number % 2])
]


@pytest.mark.parametrize("number", range(len(PASSING_CASES)))
def test_what_passes_changes_neither_the_end_nor_the_writes(aws: Simulator, number: int) -> None:
    state, instance_type, wanted, (action, fault) = PASSING_CASES[number]
    it = start(aws, state, instance_type)
    aws.fail(action, times=2, **fault)
    crash_and_try_again(it, [wanted], crash_of(number))
    assert aws.outcome(it) == (wanted, "running")
    assert aws.checks(it) == "ok"
    assert aws.writes(it) == needed(state, instance_type, wanted)


REFUSING_CASES = [(*it, fault) for it in STARTS for fault in REFUSING if can_hit(fault[0], *it, WORK)]


@pytest.mark.parametrize("number", range(len(REFUSING_CASES)))
def test_what_is_refused_leads_to_the_next_big_type(aws: Simulator, number: int) -> None:
    state, instance_type, (action, fault) = REFUSING_CASES[number]
    it = start(aws, state, instance_type)
    aws.fail(action, times=999, type=WORK, **fault)
    result = crash_and_try_again(it, BIG, crash_of(number))
    assert result["outcome"] == "wanted"
    assert aws.outcome(it) == (NEXT_WORK, "running")
    assert aws.checks(it) == "ok"
    # The types one after the other, by each of the two processes; impaired ones start on two hosts. A fall
    # that is over before the next look, as only here, is taken for a start that did not show, and repeated.
    most = {STOP: 6, MODIFY: 4, START: 24 if "falls_back" in fault else 6}
    assert all(count <= most[write] for write, count in aws.writes(it).items())


faults = st.lists(
    st.tuples(
        st.sampled_from([*PASSING, *REFUSING, *REFUSING]),
        st.sampled_from([None, *BIG, *SMALL]),
        st.sampled_from([1, 2, 999]),
    ),
    max_size=3,
)


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    state=st.sampled_from(STATES),
    instance_type=st.sampled_from([*BIG, *SMALL]),
    upwards=st.booleans(),
    troubles=faults,
    crashes=st.lists(st.integers(1, 12), max_size=2),
)
def test_whatever_comes_together_it_is_never_left_big(
    aws: Simulator,
    *,
    state: str,
    instance_type: str,
    upwards: bool,
    troubles: list[Any],
    crashes: list[int],
) -> None:
    aws.reset()
    it = start(aws, state, instance_type)
    for (action, fault), of_type, times in troubles:
        aws.fail(action, type=of_type, times=times, **fault)
    wanted = BIG if upwards else [BASE]
    for after_calls in crashes:
        with suppress(CrashError, AirflowException):
            run(resize(it, wanted, busy_patience=1), Crash(after_calls))
    try:
        run(resize(it, wanted, busy_patience=1))
    except AirflowFailException:  # refused, and brought back
        assert aws.outcome(it) in {(BASE, "running"), (EQUIVALENT, "running"), (BASE, "stopped")}
    except AirflowException:  # what Airflow retries: throttled for too long, say
        assert any(times > 2 for _, _, times in troubles)
    else:
        now_type, now_state = aws.outcome(it)
        assert now_state == "running"
        assert now_type in wanted
    acted = [call["action"] for call in aws.control("GET", "calls") if not call["error"]]
    if set(acted) & set(WRITES):
        assert "CreateTags" in acted[: min(acted.index(write) for write in WRITES if write in acted)] or any(
            action == "CreateTags" for (action, _), _, _ in troubles
        )

    aws.control("DELETE", "faults")
    run(resize(it, [BASE]))
    assert aws.outcome(it) == (BASE, "running")
    assert aws.checks(it) == "ok"
    assert TAGS.holder_of(aws.describe(it)) is None
