"""The decision: what to do about an instance as it was just read. Knows no Airflow, no AWS and no clock."""

from __future__ import annotations

from dataclasses import replace

from ec2_instance.holder import Holder
from ec2_instance.reading import Instance
from ec2_resize.decision import Act, Decided, Done, Failed
from ec2_resize.progress import Progress
from ec2_resize.refusal import refused, without_effect
from ec2_resize.request import ResizeRequest
from ec2_resize.result import result_of
from ec2_resize.step import Step, next_step
from ec2_resize.wait import wait_after

# A step that has had no effect after this many tries will have none; a healthy resize takes each step once.
TRIES_PER_STEP = 5


def new_progress(request: ResizeRequest, clock: float) -> Progress:
    """Return the progress of a resize that begins now."""
    return Progress(deadline=clock + request.timeout.total_seconds(), started=clock)


def decide(
    now: Instance, holder: Holder | None, request: ResizeRequest, progress: Progress, clock: float
) -> Decided:
    """Decide what to do next, and what to remember.

    Args:
        now: the instance, read a moment ago.
        holder: who has leased the instance; None without a lease.
        request: what the resize was asked for.
        progress: what is remembered of it.
        clock: seconds since the epoch.
    """
    progress = _on_the_right_rung(now, request, progress, clock).saw(now, holder, clock)
    step = next_step(now, request.ladder.goal(progress.rung))
    if step is Step.DONE and _may_still_change(holder, request, progress):
        progress = replace(progress, settles_at=clock + request.settles.total_seconds())
    wait = wait_after(request, progress, clock)
    if not wait.is_over(now, clock):
        return wait, progress
    match step:
        case Step.DONE:
            return _done(now, holder, request, progress, clock)
        case Step.GONE:
            return _gone(now, request), progress
        case Step.WAIT:
            return _overdue(now, request, progress, clock)
        case Step.IMPAIRED:
            return _impaired(now, holder, request, progress, clock)
        case _:
            return _take(step, now, request, progress, clock)


def _on_the_right_rung(now: Instance, request: ResizeRequest, progress: Progress, clock: float) -> Progress:
    ladder = request.ladder
    goal = ladder.goal(progress.rung)
    if progress.is_new:
        return replace(progress, rung=ladder.first_rung(now.type, now.state))
    if progress.was_refused and ladder.rests_well(now.type, now.state, goal):
        # The dead-man switch, or a person, has started it on another small type while AWS was asked again.
        refusal = f"{goal.type}: {progress.last_error or 'not granted'}"
        progress = progress.next_rung(refusal, clock + request.timeout.total_seconds())
        return replace(progress, rung=ladder.types.index(now.type))
    return progress


def _may_still_change(holder: Holder | None, request: ResizeRequest, progress: Progress) -> bool:
    """Tell whether another task of the same run may still be changing the instance, so that it has to settle.

    On the way back, that run's upsize may have made a last call that does not show yet: what is small now
    would stop, or grow, afterwards. The lease tells that there was an upsize; where it has been given back,
    no task is left to act.
    """
    ours = holder is not None and holder.is_run(request.who)
    return ours and not request.ladder.grows and not progress.tries and progress.settles_at is None


def _done(
    now: Instance, holder: Holder | None, request: ResizeRequest, progress: Progress, clock: float
) -> Decided:
    result, give_back = result_of(now, request, progress, clock), _leased(now, holder, request, progress)
    if result.outcome == "wanted":
        return Done(result, give_back), progress
    why = f"AWS refused {', '.join(request.ladder.wanted)}. Now {now}.{progress.what_aws_said}"
    return Failed(why, try_again=False, result=result, give_back=give_back), progress


def _leased(
    now: Instance, holder: Holder | None, request: ResizeRequest, progress: Progress
) -> Instance | None:
    """Return the instance where its lease is to be given back: it runs on a safe type."""
    small = now.state == "running" and now.type in request.ladder.safe
    return now if small and (holder or progress.leased) else None


def _gone(now: Instance, request: ResizeRequest) -> Failed:
    why = (
        f"{now} in {request.region()}: a terminated instance cannot come back. Name another instance, or "
        "make one from its backup."
    )
    return Failed(why, try_again=False)


def _take(step: Step, now: Instance, request: ResizeRequest, progress: Progress, clock: float) -> Decided:
    if step is Step.START and progress.step == step and now.reason != progress.reason_before:
        why = f"{now.type}: started, and stopped by itself: {now.reason}"
        return refused(why, request, progress, clock, passes=now.reason_passes)
    if progress.has_taken(step) >= TRIES_PER_STEP:
        why = f"{step} had no effect after {TRIES_PER_STEP} tries"
        return without_effect(why, step, now, request, progress, clock)
    return Act(step, request.ladder.goal(progress.rung).type), progress


def _impaired(
    now: Instance, holder: Holder | None, request: ResizeRequest, progress: Progress, clock: float
) -> Decided:
    """Move the instance to other hardware by a stop and a start, once; its checks may pass there."""
    if not progress.moved:
        progress = replace(progress, moving=True)
        decision, progress = _take(Step.STOP, now, request, progress, clock)
        if isinstance(decision, Act):
            decision = replace(decision, why="to start on other hardware, where its status checks may pass")
        return decision, progress
    if now.type not in request.ladder.safe:
        why = f"{now.type}: status checks impaired on two hosts"
        return refused(why, request, progress, clock, passes=False)
    why = (
        f"{now} in {request.region()}, also on other hardware. The instance is small and was left running: "
        f"look at its system log (aws ec2 get-console-output).{progress.what_aws_said}"
    )
    result, give_back = result_of(now, request, progress, clock), _leased(now, holder, request, progress)
    return Failed(why, try_again=False, result=result, give_back=give_back), progress


def _overdue(now: Instance, request: ResizeRequest, progress: Progress, clock: float) -> Decided:
    """Give up where the time for a type is up."""
    late = f"{now} and did not get ready within {request.timeout.total_seconds():.0f} s"
    runs, small = now.state == "running", now.type in request.ladder.safe
    if runs and not small:
        return refused(late, request, progress, clock, passes=False)
    why = f"{late}.{progress.what_aws_said}"
    if runs and progress.refused:  # another try would go through all types again
        result = result_of(now, request, progress, clock)
        return Failed(why, try_again=False, result=result), progress
    return Failed(why, try_again=True), progress
