"""The decision, as a table of situations and as a property: no Airflow, no AWS, no clock."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ec2_instance.holder import RunIdentity
from ec2_instance.reading import Instance
from ec2_resize.after_error import after_error, after_lease_error, after_leased, after_look_error
from ec2_resize.convergence import TRIES_PER_STEP, decide, new_progress
from ec2_resize.decision import Act, Done, Failed, LookAgain
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Step
from ec2_resize.wait import Wait
from tests.ec2.model import ANSWERS, LOST, error
from tests.ec2.situations import (
    BASE,
    BASE_RUNS,
    BIG,
    CLOCK,
    DOWN,
    EQUIVALENT,
    NEXT_WORK,
    OTHERS,
    UP,
    US,
    WORK,
    WORK_NEEDS_START,
    holder,
    seen,
    stopped_by_us,
)


@pytest.mark.parametrize(
    ("now", "request_", "decision"),
    [
        (BASE_RUNS, UP, Act(Step.STOP, WORK)),
        (Instance("i-1", BASE, "running", "impaired"), UP, Act(Step.STOP, WORK)),
        (Instance("i-1", BASE, "stopped"), UP, Act(Step.MODIFY, WORK)),
        (WORK_NEEDS_START, UP, Act(Step.START, WORK)),
        (WORK_NEEDS_START, DOWN, Act(Step.MODIFY, BASE)),
        (Instance("i-1", WORK, "running"), DOWN, Act(Step.STOP, BASE)),
    ],
)
def test_a_step_that_is_due_is_taken_at_once(now: Instance, request_: ResizeRequest, decision: Act) -> None:
    assert decide(now, None, request_, new_progress(request_, CLOCK), CLOCK)[0] == decision


@pytest.mark.parametrize("wanted", BIG)
def test_an_instance_that_runs_on_a_wanted_type_is_done(wanted: str) -> None:
    decision, _ = decide(Instance("i-1", wanted, "running", "ok"), None, UP, new_progress(UP, CLOCK), CLOCK)
    assert isinstance(decision, Done)
    assert (decision.result.type_after, decision.result.outcome) == (wanted, "wanted")
    assert decision.give_back is None


@pytest.mark.parametrize("state", ["pending", "stopping"])
def test_what_is_under_way_is_waited_for(state: str) -> None:
    decision, progress = decide(Instance("i-1", BASE, state), None, UP, new_progress(UP, CLOCK), CLOCK)
    assert isinstance(decision, Wait)
    assert (decision.wanted_type, decision.ends_at) == (WORK, CLOCK + 1800)
    assert progress.down_since == CLOCK


@pytest.mark.parametrize("state", ["shutting-down", "terminated"])
def test_a_terminated_instance_is_the_end(state: str) -> None:
    decision, _ = decide(Instance("i-1", BASE, state), None, UP, seen(), CLOCK)
    assert isinstance(decision, Failed)
    assert not decision.try_again
    assert decision.why.startswith(f"i-1 is {state} as {BASE} in us-east-1: a terminated instance")


# InsufficientInstanceCapacity: ask again, then the next type, then a fallback, then stopped.


def refused_start(progress: Progress, clock: float = CLOCK, request: ResizeRequest = UP) -> Any:
    now = replace(WORK_NEEDS_START, type=request.ladder.goal(progress.rung).type)
    return after_error(Step.START, ANSWERS["no capacity"], now, request, progress, clock)


def test_without_capacity_the_same_type_is_asked_for_again_after_growing_pauses() -> None:
    decision, progress = refused_start(stopped_by_us())
    assert isinstance(decision, LookAgain)
    assert (progress.rung, progress.paused_until, progress.deadline) == (0, CLOCK + 15, CLOCK + 15 + 1800)
    waits, _ = decide(WORK_NEEDS_START, None, UP, progress, CLOCK)
    assert isinstance(waits, Wait)
    assert waits.starts_at == CLOCK + 15
    assert decide(WORK_NEEDS_START, None, UP, progress, CLOCK + 15)[0] == Act(Step.START, WORK)
    assert refused_start(progress, CLOCK + 15)[1].paused_until == CLOCK + 15 + 30


def test_when_patience_has_run_out_the_next_type_is_tried() -> None:
    progress = stopped_by_us(refusals=4, refused_since=CLOCK - 300, last_error="no")
    decision, progress = refused_start(progress)
    assert isinstance(decision, LookAgain)
    assert (progress.rung, progress.refused) == (1, [f"{WORK}: InsufficientInstanceCapacity: no (5 times)"])
    assert decide(WORK_NEEDS_START, None, UP, progress, CLOCK)[0] == Act(Step.MODIFY, NEXT_WORK)


def test_after_the_wanted_types_come_the_fallbacks_and_then_stopped_as_the_base_type() -> None:
    progress, goals = stopped_by_us(), []
    for _ in range(4):
        progress = refused_start(replace(progress, refused_since=CLOCK - 300))[1]
        goals.append(str(UP.ladder.goal(progress.rung)))
    assert goals == [
        f"running as {NEXT_WORK}",
        f"running as {BASE}",
        f"running as {EQUIVALENT}",
        f"stopped as {BASE}",
    ]
    decision, _ = decide(Instance("i-1", BASE, "stopped"), holder(), UP, progress, CLOCK)
    assert isinstance(decision, Failed)
    assert not decision.try_again
    assert decision.result
    assert (decision.result.outcome, len(decision.result.refused)) == ("stopped", 4)
    assert decision.give_back is None  # nobody shall take a stopped instance for a free one


def test_on_a_fallback_the_lease_is_given_back_and_the_task_fails_for_good() -> None:
    progress = stopped_by_us(rung=2, refused=["c7i: no", "c6i: no"])
    decision, _ = decide(BASE_RUNS, holder(), UP, progress, CLOCK)
    assert isinstance(decision, Failed)
    assert not decision.try_again
    assert decision.give_back == BASE_RUNS
    assert decision.why == (
        f"AWS refused {WORK}, {NEXT_WORK}. Now {BASE_RUNS}. What AWS said: c7i: no | c6i: no"
    )
    assert decision.result
    assert decision.result.outcome == "fallback"


def test_patience_ends_with_the_lease() -> None:
    progress = stopped_by_us(refusals=9, refused_since=CLOCK - 60, lease_ends=CLOCK + 7)
    assert refused_start(progress, request=DOWN)[1].paused_until == CLOCK + 7
    assert refused_start(replace(progress, lease_ends=CLOCK), request=DOWN)[1].rung == 1


def test_a_refusal_for_good_is_not_asked_again() -> None:
    _, progress = after_error(
        Step.START, ANSWERS["unsupported"], WORK_NEEDS_START, UP, stopped_by_us(), CLOCK
    )
    assert (progress.rung, progress.refused) == (1, [f"{WORK}: Unsupported: no"])


@pytest.mark.parametrize(("reason", "rung"), [("Server.InternalError", 0), ("Client.InternalError", 1)])
def test_a_start_that_stops_by_itself_is_a_refusal(reason: str, rung: int) -> None:
    progress = stopped_by_us(step="StartInstances", step_at=CLOCK - 20)
    fallen = replace(WORK_NEEDS_START, reason=reason)
    # the reading could be from before the start, but says something else about its stop
    decision, progress = decide(fallen, None, UP, progress, CLOCK + 20)
    assert isinstance(decision, LookAgain)
    assert f"{WORK}: started, and stopped by itself: {reason}: refused" in decision.why
    assert progress.rung == rung


def test_a_small_type_that_somebody_else_has_started_meanwhile_is_taken() -> None:
    progress = seen(refusals=2, last_error="InsufficientInstanceCapacity: no", type_before=WORK)
    now = Instance("i-1", EQUIVALENT, "running", "ok")
    decision, progress = decide(now, None, DOWN, progress, CLOCK)
    assert isinstance(decision, Failed)
    assert decision.result
    assert decision.result.outcome == "fallback"
    assert progress.refused == [f"{BASE}: InsufficientInstanceCapacity: no"]


# Status checks.

IMPAIRED = Instance("i-1", WORK, "running", "impaired")


def test_impaired_checks_may_recover_then_other_hardware_is_tried_once_then_the_type_is_refused() -> None:
    decision, progress = decide(IMPAIRED, None, UP, seen(), CLOCK)
    assert isinstance(decision, Wait)
    assert decision.impaired_until == CLOCK + 180
    decision, progress = decide(IMPAIRED, None, UP, progress, CLOCK + 180)
    assert isinstance(decision, Act)
    assert decision.step is Step.STOP
    progress = progress.took(Step.STOP, IMPAIRED, CLOCK + 180)
    decision, progress = decide(WORK_NEEDS_START, None, UP, progress, CLOCK + 240)
    assert decision == Act(Step.START, WORK)
    progress = progress.took(Step.START, WORK_NEEDS_START, CLOCK + 240)
    _, progress = decide(IMPAIRED, None, UP, progress, CLOCK + 300)
    decision, progress = decide(IMPAIRED, None, UP, progress, CLOCK + 480)
    assert isinstance(decision, LookAgain)
    assert progress.refused == [f"{WORK}: status checks impaired on two hosts"]


def test_a_stop_that_is_throttled_is_repeated_after_its_pause_only() -> None:
    progress = replace(seen(), impaired_since=CLOCK - 180, moving=True, paused_until=CLOCK + 10)
    decision, progress = decide(IMPAIRED, None, UP, progress, CLOCK)
    assert isinstance(decision, Wait)
    decision, _ = decide(IMPAIRED, None, UP, progress, CLOCK + 10)
    assert isinstance(decision, Act)


def test_a_small_instance_that_stays_impaired_is_left_running() -> None:
    now = Instance("i-1", BASE, "running", "impaired")
    decision, _ = decide(now, holder(), DOWN, seen(moved=True, impaired_since=CLOCK - 180), CLOCK)
    assert isinstance(decision, Failed)
    assert not decision.try_again
    assert decision.give_back == now
    assert "left running: look at its system log" in decision.why


# What EC2 does not show yet.


@pytest.mark.parametrize(
    ("step", "stale"),
    [
        (Step.STOP, BASE_RUNS),
        (Step.MODIFY, Instance("i-1", BASE, "stopped")),
        (Step.START, WORK_NEEDS_START),
    ],
)
def test_a_reading_from_before_the_step_is_no_news(step: Step, stale: Instance) -> None:
    progress = seen().took(step, stale, CLOCK)
    assert isinstance(decide(stale, None, UP, progress, CLOCK + 29)[0], Wait)
    assert decide(stale, None, UP, progress, CLOCK + 30)[0] == Act(step, WORK)


@pytest.mark.parametrize("step", [Step.STOP, Step.MODIFY, Step.START])
def test_an_answer_that_got_lost_is_looked_for_before_the_step_is_repeated(step: Step) -> None:
    now = {Step.STOP: BASE_RUNS, Step.MODIFY: Instance("i-1", BASE, "stopped")}.get(step, WORK_NEEDS_START)
    decision, progress = after_error(step, LOST, now, UP, seen(), CLOCK)
    assert isinstance(decision, LookAgain)
    assert decision.why.endswith(f"looking whether {step} worked")
    assert isinstance(decide(now, None, UP, progress, CLOCK)[0], Wait)


@pytest.mark.parametrize(("whose", "settles"), [(US, True), (OTHERS, False), (None, False)])
def test_the_way_back_watches_a_small_instance_that_its_own_run_has_leased(
    *, whose: RunIdentity | None, settles: bool
) -> None:
    leased = holder(whose) if whose else None
    decision, progress = decide(BASE_RUNS, leased, DOWN, new_progress(DOWN, CLOCK), CLOCK)
    assert isinstance(decision, Wait if settles else Done)
    decision, _ = decide(BASE_RUNS, leased, DOWN, progress, CLOCK + 15)
    assert isinstance(decision, Done)
    assert decision.give_back == (BASE_RUNS if whose else None)


def test_an_instance_that_this_task_has_made_small_needs_no_watching() -> None:
    assert isinstance(decide(BASE_RUNS, holder(), DOWN, stopped_by_us(), CLOCK)[0], Done)


# The end of patience.


def test_a_stop_without_effect_fails_after_five_tries_and_may_be_tried_again() -> None:
    progress = seen(tries={"StopInstances": TRIES_PER_STEP}, last_error="busy")
    decision, _ = decide(BASE_RUNS, None, UP, progress, CLOCK)
    assert isinstance(decision, Failed)
    assert decision.try_again
    assert decision.why == f"StopInstances had no effect after 5 tries: {BASE_RUNS}; AWS said: busy."


def test_a_start_without_effect_counts_as_a_refusal_that_may_pass() -> None:
    progress = stopped_by_us(tries={"StartInstances": TRIES_PER_STEP})
    decision, progress = decide(WORK_NEEDS_START, None, UP, progress, CLOCK)
    assert isinstance(decision, LookAgain)
    assert (progress.rung, progress.paused_until, progress.tries) == (0, CLOCK + 15, {})


@pytest.mark.parametrize(
    ("step", "kind", "why"),
    [
        (Step.STOP, "busy", "AWS was too busy for StopInstances for 301 s: i-1 is running"),
        (Step.STOP, "no credentials", "No valid credentials for 301 s: i-1 in us-east-1: ExpiredToken"),
        (Step.START, "no credentials", "No valid credentials for 301 s: i-1 in us-east-1: ExpiredToken"),
    ],
)
def test_what_stays_busy_or_without_credentials_fails_and_may_be_tried_again(
    step: Step, kind: str, why: str
) -> None:
    now = BASE_RUNS if step is Step.STOP else WORK_NEEDS_START
    decision, progress = after_error(step, ANSWERS[kind], now, UP, seen(), CLOCK)
    assert isinstance(decision, LookAgain)
    assert (progress.paused_until, progress.step) == (CLOCK + 5, None)
    decision, _ = after_error(step, ANSWERS[kind], now, UP, progress, CLOCK + 301)
    assert isinstance(decision, Failed)
    assert decision.try_again
    assert decision.why.startswith(why)


def test_a_start_that_aws_is_too_busy_for_counts_as_a_refusal() -> None:
    progress = stopped_by_us(busy_since=CLOCK - 301, busy=9)
    decision, progress = after_error(Step.START, ANSWERS["busy"], WORK_NEEDS_START, UP, progress, CLOCK)
    assert isinstance(decision, LookAgain)
    assert progress.refusals == 1


@pytest.mark.parametrize(
    ("now", "refused", "ends"),
    [
        (Instance("i-1", WORK, "running", "initializing"), [], "next type"),
        (Instance("i-1", WORK, "stopping"), [], "try again"),
        (Instance("i-1", BASE, "running", "initializing"), [], "try again"),
        (Instance("i-1", BASE, "running", "initializing"), ["c7i: no"], "for good"),
    ],
)
def test_what_is_overdue(now: Instance, refused: list[str], ends: str) -> None:
    request = DOWN if now.type == BASE else UP
    decision, progress = decide(now, None, request, seen(deadline=CLOCK, refused=refused), CLOCK)
    if ends == "next type":
        assert isinstance(decision, LookAgain)
        assert progress.rung == 1
    else:
        assert isinstance(decision, Failed)
        assert decision.try_again is (ends == "try again")
        assert decision.why.startswith(f"{now} and did not get ready within 1800 s.")


# Other errors.


@pytest.mark.parametrize(
    ("request_", "down_since", "again"), [(UP, None, False), (UP, 1.0, True), (DOWN, None, True)]
)
def test_a_refused_stop_is_for_good_where_nothing_was_changed_on_the_way_up(
    *, request_: ResizeRequest, down_since: float | None, again: bool
) -> None:
    denied = error("UnauthorizedOperation", 403)
    decision, _ = after_error(Step.STOP, denied, BASE_RUNS, request_, seen(down_since=down_since), CLOCK)
    assert isinstance(decision, Failed)
    assert decision.try_again is again
    assert decision.cause is denied


@pytest.mark.parametrize(
    ("failure", "deadline", "ends"),
    [
        (ANSWERS["busy"], CLOCK + 1, "wait"),
        (ANSWERS["no credentials"], CLOCK + 1, "wait"),
        (ANSWERS["busy"], CLOCK, "try again"),
        (error("InvalidInstanceID.NotFound"), CLOCK + 1, "for good"),
        (error("UnauthorizedOperation", 403), CLOCK + 1, "for good"),
    ],
)
def test_an_instance_that_cannot_be_read(failure: Exception, deadline: float, ends: str) -> None:
    decision, _ = after_look_error(failure, UP, replace(new_progress(UP, CLOCK), deadline=deadline), CLOCK)
    if ends == "wait":
        assert isinstance(decision, Wait)
    else:
        assert isinstance(decision, Failed)
        assert decision.try_again is (ends == "try again")


def test_without_a_lease_nothing_is_changed() -> None:
    decision, _ = after_lease_error(error("UnauthorizedOperation", 403), BASE_RUNS, UP, seen())
    assert isinstance(decision, Failed)
    assert not decision.try_again
    assert decision.why.startswith(
        "Cannot write the lease; the instance was not changed: i-1 in us-east-1: Unauth"
    )
    assert decision.why.endswith("Allow ec2:CreateTags and scheduler:CreateSchedule.")
    decision, _ = after_leased(ValueError("i-1 is leased by another run."), seen())
    assert isinstance(decision, Failed)
    assert (decision.try_again, decision.why.endswith("another run. Nothing was changed.")) == (False, True)


def test_the_decision_needs_neither_airflow_nor_boto3() -> None:
    code = (
        "import sys, ec2_resize.convergence, ec2_resize.after_error\n"
        "assert not {'airflow', 'boto3'} & set(sys.modules)"
    )
    plugins = Path(__file__).parents[2] / "plugins"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=plugins, timeout=60)
