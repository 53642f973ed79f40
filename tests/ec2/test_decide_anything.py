"""From any state there is a decision, and whatever EC2 refuses, a resize ends in bounded steps."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ec2_instance.holder import RunIdentity
from ec2_instance.reading import Instance
from ec2_resize.convergence import decide, new_progress
from ec2_resize.decision import Act, Done, Failed, LookAgain
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Step
from ec2_resize.wait import Wait
from tests.ec2.model import Model, Trouble, run, stored
from tests.ec2.situations import BASE, BIG, CLOCK, DOWN, EQUIVALENT, OTHERS, SMALL, UP, US, holder

REFUSED = ("no capacity", "unsupported", "busy", "ignored")
CALLS = (Step.STOP, Step.MODIFY, Step.START)
passing = st.builds(
    Trouble,
    call=st.sampled_from(CALLS),
    kind=st.sampled_from(["busy", "no credentials", "lost", "ignored"]),
    type=st.sampled_from([None, *BIG, *SMALL]),
    times=st.integers(1, 12),
)
never_started = st.builds(
    Trouble,
    call=st.just(Step.START),
    kind=st.sampled_from([*REFUSED, "falls back", "impaired", "no checks"]),
    type=st.sampled_from([None, *BIG, *SMALL]),
    times=st.sampled_from([1, 3, 10_000]),
)
# Not to the base type: where EC2 refuses even the change to that, a big instance can only be left stopped.
never_changed_to = st.builds(
    Trouble,
    call=st.just(Step.MODIFY),
    kind=st.sampled_from(["unsupported", "busy", "ignored"]),
    type=st.sampled_from([*BIG, EQUIVALENT]),
    times=st.just(10_000),
)
around = st.one_of(st.none(), st.floats(CLOCK - 4000, CLOCK + 4000))
count = st.integers(0, 6)
progresses = st.builds(
    Progress,
    deadline=st.floats(CLOCK - 10, CLOCK + 1800),
    started=st.floats(CLOCK - 9000, CLOCK),
    type_before=st.sampled_from([None, *BIG, *SMALL]),
    down_since=around,
    rung=st.integers(0, 2),
    refused=st.lists(st.just("no"), max_size=2),
    refusals=count,
    refused_since=around,
    paused_until=st.floats(CLOCK - 10, CLOCK + 300),
    step=st.sampled_from([None, *(it.value for it in CALLS)]),
    step_at=st.floats(CLOCK - 100, CLOCK),
    tries=st.dictionaries(st.sampled_from([it.value for it in CALLS]), count),
    reason_before=st.sampled_from(["", "Server.InternalError"]),
    busy_since=around,
    busy=count,
    last_error=st.sampled_from(["", "no"]),
    impaired_since=around,
    moving=st.booleans(),
    moved=st.booleans(),
    settles_at=around,
    leased=st.booleans(),
    lease_ends=st.floats(0, CLOCK + 3600),
)
requests = st.sampled_from([UP, DOWN])
states = st.sampled_from(["running", "stopped", "stopping", "pending"])
types = st.sampled_from([*BIG, *SMALL])


@settings(deadline=None, derandomize=True)
@given(
    state=st.one_of(states, st.sampled_from(["shutting-down", "terminated", "unknown"])),
    instance_type=st.one_of(types, st.just("m5.large")),
    checks=st.sampled_from(["", "ok", "initializing", "impaired"]),
    who=st.sampled_from([None, US, OTHERS]),
    request=requests,
    progress=progresses,
)
def test_from_any_reading_and_progress_there_is_a_decision(
    state: str,
    instance_type: str,
    checks: str,
    who: RunIdentity | None,
    request: ResizeRequest,
    progress: Progress,
) -> None:
    now, leased = Instance("i-1", instance_type, state, checks), holder(who) if who else None
    decision, remembered = decide(now, leased, request, progress, CLOCK)
    assert isinstance(decision, Wait | Act | LookAgain | Done | Failed)
    assert stored(remembered) == remembered
    assert (decision, remembered) == decide(now, leased, request, stored(progress), CLOCK)


TRIES = 10  # of the task, as Airflow makes them


@settings(deadline=None, max_examples=300, derandomize=True)
@given(
    state=states,
    instance_type=types,
    checks=st.sampled_from(["ok", "impaired", "initializing"]),
    request=requests,
    progress=st.one_of(st.none(), progresses),
    troubles=st.lists(st.one_of(passing, never_started, never_changed_to), max_size=4),
)
def test_whatever_is_refused_it_ends_running_on_a_type_that_was_asked_for_or_stopped_small(
    state: str,
    instance_type: str,
    checks: str,
    request: ResizeRequest,
    progress: Progress | None,
    troubles: list[Trouble],
) -> None:
    ec2 = Model(instance_type, state, checks, troubles=[replace(trouble) for trouble in troubles])
    for _ in range(TRIES):
        end = run(ec2, request, progress or new_progress(request, ec2.clock))
        if isinstance(end, Done) or not end.try_again:
            break
        progress = None
    now = ec2.read(request.ladder.wanted[0])
    if isinstance(end, Done):
        assert now.state == "running"
        assert now.type in request.ladder.wanted
        assert ec2.checks == "ok"
    else:
        small = [("running", BASE), ("running", EQUIVALENT), ("stopped", BASE)]
        assert (now.state, now.type) in small, end.why
