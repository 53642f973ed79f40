"""What is waited for, and when a wait is over."""

from __future__ import annotations

from dataclasses import dataclass

from ec2_instance.reading import Instance
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Goal, Step, next_step


@dataclass(frozen=True)
class Wait:
    """A decision: let EC2 do what is under way, and look now and then.

    Plain values only, as the triggerer gets them through the database; times are seconds since the epoch.

    Attributes:
        instance_id: the instance.
        wanted_type: the type to reach.
        runs: whether the instance is to run on that type.
        starts_at: when to look first.
        ends_at: when to give up. A point in time rather than a number of attempts, which would start over
            at each restart of the triggerer.
        poll_interval: seconds after which, at most, a change is noticed.
        paused_until: when AWS may be asked again for what it has refused.
        impaired_until: until when failing status checks may recover.
        settles_at: when an instance that needs nothing is believed.
        taken: the step just taken. EC2 is eventually consistent: a reading of the state from before the step
            is no news, until `taken_shows_by`.
        taken_shows_by: when such a reading counts, since the step has had no effect.
    """

    instance_id: str
    wanted_type: str
    runs: bool
    starts_at: float
    ends_at: float
    poll_interval: float
    paused_until: float = 0.0
    impaired_until: float = 0.0
    settles_at: float = 0.0
    taken: str | None = None
    taken_shows_by: float = 0.0

    def __str__(self) -> str:
        return "wait"

    @property
    def goal(self) -> Goal:
        """What the instance is to become."""
        return Goal(self.wanted_type, self.runs)

    @property
    def longest(self) -> float:
        """When the wait is over in any case."""
        shows_by = self.taken_shows_by if self.taken else 0.0
        ends = (self.ends_at, self.starts_at, self.paused_until, self.impaired_until, self.settles_at)
        return max(shows_by, *ends)

    def shows_what_was_taken(self, now: Instance) -> bool:
        """Tell whether a reading is from after the step."""
        not_stopping_yet = self.taken == Step.STOP and now.state == "running"
        return next_step(now, self.goal) != self.taken and not not_stopping_yet

    def is_over(self, now: Instance, clock: float) -> bool:
        """Tell whether there is something to do about the instance, or nothing more, or no time left."""
        if clock < self.taken_shows_by and not self.shows_what_was_taken(now):
            return False
        match next_step(now, self.goal):
            case Step.WAIT:
                return clock >= self.ends_at
            case Step.IMPAIRED:
                return clock >= max(self.impaired_until, self.paused_until)
            case Step.DONE:
                return clock >= self.settles_at
            case Step.GONE:
                return True
            case _:
                return clock >= self.paused_until


def wait_after(request: ResizeRequest, progress: Progress, clock: float) -> Wait:
    """Return the wait that follows from what has been done so far."""
    goal, impaired = request.ladder.goal(progress.rung), progress.impaired_since
    return Wait(
        instance_id=request.instance_id,
        wanted_type=goal.type,
        runs=goal.runs,
        starts_at=max(clock, progress.paused_until),
        ends_at=progress.deadline,
        poll_interval=request.poll_interval,
        paused_until=progress.paused_until,
        impaired_until=0.0 if impaired is None else impaired + request.impaired_patience.total_seconds(),
        settles_at=progress.settles_at or 0.0,
        taken=progress.step,
        taken_shows_by=progress.step_at + request.step_shows.total_seconds(),
    )
