"""What follows where AWS refuses a type: ask again, then the next type, in the end *stopped*."""

from __future__ import annotations

from ec2_instance.reading import Instance
from ec2_resize.decision import Decided, Failed, LookAgain
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Step


def refused(why: str, request: ResizeRequest, progress: Progress, clock: float, *, passes: bool) -> Decided:
    """Ask again for the present type where that may help and patience is left, else go on to the next one.

    Args:
        why: which type was refused, and what AWS said.
        request: what the resize was asked for.
        progress: what is remembered of it.
        clock: seconds since the epoch.
        passes: whether the same request may be granted later, as after a lack of capacity.
    """
    timeout = request.timeout.total_seconds()
    if passes:
        patience = request.ladder.patience_on(progress.rung, progress.type_before).total_seconds()
        pause = progress.next_pause(patience, request.first_pause.total_seconds(), clock)
        progress = progress.was_refused_at(clock)
        if pause is not None:
            until = clock + pause
            text = f"{why}: refused; asking again in {pause:.0f} s"
            return LookAgain(text), progress.paused(until, until + timeout)
    times = f" ({progress.refusals} times)" if progress.refusals > 1 else ""
    progress = progress.next_rung(f"{why}{times}", clock + timeout)
    return LookAgain(f"{why}: refused{times}; next: {request.ladder.goal(progress.rung)}"), progress


def without_effect(
    why: str, step: Step, now: Instance, request: ResizeRequest, progress: Progress, clock: float
) -> Decided:
    """Give a step up that was taken often enough, or that AWS was too busy for.

    Without a stop nothing else can be tried; a change or a start that does not happen counts as a refusal.
    """
    said = f"; AWS said: {progress.last_error}" if progress.last_error else ""
    text = f"{why}: {now}{said}"
    if step is Step.STOP or not request.ladder.goal(progress.rung).runs:
        return Failed(f"{text}.{progress.what_aws_said}", try_again=True), progress
    return refused(text, request, progress, clock, passes=True)
