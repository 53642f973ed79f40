"""What an error means for the resize: nothing yet, a refusal, or the end of this try."""

from __future__ import annotations

from dataclasses import replace

from ec2_instance.errors import (
    NO_SUCH_INSTANCE,
    NOT_PERMITTED,
    code_of,
    error_text,
    is_about_credentials,
    may_be_granted_later,
    took_no_effect,
    worth_another_look,
)
from ec2_instance.reading import Instance
from ec2_resize.decision import Decided, Failed, LookAgain
from ec2_resize.progress import Progress
from ec2_resize.refusal import refused, without_effect
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Step
from ec2_resize.wait import wait_after


def after_error(
    step: Step, error: Exception, now: Instance, request: ResizeRequest, progress: Progress, clock: float
) -> Decided:
    """Decide after a call that changes the instance has failed, or has got no answer.

    Args:
        step: the call.
        error: what came back.
        now: the instance before the call.
        request: what the resize was asked for.
        progress: what is remembered of it.
        clock: seconds since the epoch, after the call.
    """
    progress = replace(progress, last_error=error_text(error))
    goal = request.ladder.goal(progress.rung)
    if worth_another_look(error):
        if took_no_effect(error):
            return _not_accepted(step, error, now, request, progress, clock)
        text = f"{explained(error, request)}; looking whether {step} worked"
        return LookAgain(text), progress.took(step, now, clock)
    if step is Step.STOP or not goal.runs or not took_no_effect(error):
        text = f"{explained(error, request)} - {now}.{progress.what_aws_said}"
        return _end_of_try(text, error, request, progress)
    why = f"{goal.type}: {error_text(error)}"
    return refused(why, request, progress, clock, passes=may_be_granted_later(error))


def _not_accepted(
    step: Step, error: Exception, now: Instance, request: ResizeRequest, progress: Progress, clock: float
) -> Decided:
    """Repeat the call after a pause, as AWS is too busy, or as there are no credentials."""
    progress = progress.was_busy(request.poll_interval, clock)
    text, busy = explained(error, request), progress.busy_for(clock)
    if busy <= request.busy_patience.total_seconds():
        return LookAgain(f"{text}; {step} is repeated after a pause"), progress
    if is_about_credentials(error):  # refuses no type; another try has another wait before it
        why = f"No valid credentials for {busy:.0f} s: {text} - {now}.{progress.what_aws_said}"
        return Failed(why, try_again=True, cause=error), progress
    why = f"AWS was too busy for {step} for {busy:.0f} s"
    return without_effect(why, step, now, request, progress, clock)


def after_look_error(error: Exception, request: ResizeRequest, progress: Progress, clock: float) -> Decided:
    """Decide after the instance could not be read."""
    text = explained(error, request)
    if code_of(error) in NO_SUCH_INSTANCE:
        return Failed(text, try_again=False, cause=error), progress
    if not worth_another_look(error):
        return _end_of_try(text, error, request, progress)
    if clock >= progress.deadline:
        why = f"Timed out without an answer: {text}"
        return Failed(why, try_again=True, cause=error), progress
    return wait_after(request, progress, clock), progress


def after_lease_error(error: Exception, now: Instance, request: ResizeRequest, progress: Progress) -> Decided:
    """Decide after AWS has refused the tags of the lease, or its dead-man switch: nothing is made big."""
    left = "was left as it is" if progress.tries else "was not changed"
    allow = " Allow ec2:CreateTags and scheduler:CreateSchedule." if code_of(error) in NOT_PERMITTED else ""
    why = f"Cannot write the lease; the instance {left}: {explained(error, request)} - {now}.{allow}"
    if worth_another_look(error):
        return Failed(why, try_again=True, cause=error), progress
    return _end_of_try(why, error, request, progress)


def after_leased(error: Exception, progress: Progress) -> Decided:
    """Decide where another run holds the instance: the rest is that run's."""
    left = "The instance is left to that run." if progress.tries else "Nothing was changed."
    why = f"{error} {left}"
    return Failed(why, try_again=False, cause=error), progress


def _end_of_try(why: str, error: Exception, request: ResizeRequest, progress: Progress) -> Decided:
    """Fail; for good where nothing has been changed on the way up, as then nothing is to be put right."""
    nothing_changed = request.ladder.grows and progress.down_since is None
    return Failed(why, try_again=not nothing_changed, cause=error), progress


def explained(error: Exception, request: ResizeRequest) -> str:
    """Return what AWS said, about which instance and where, and what to do where that is known."""
    text = f"{request.instance_id} in {request.region()}: {error_text(error)}"
    if code_of(error) in NO_SUCH_INSTANCE:
        return f"{text}. Check the id, and the region and the account of connection '{request.connection}'."
    return text
