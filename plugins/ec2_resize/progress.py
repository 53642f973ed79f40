"""What a resize remembers about itself while it is deferred."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from ec2_instance.holder import Holder
from ec2_instance.reading import Instance
from ec2_resize.step import Step

LONGEST_PAUSE_SECONDS = 300
LONGEST_BUSY_PAUSE_SECONDS = 30
MOST_DOUBLINGS = 30  # of a pause; beyond that the numbers overflow


@dataclass(frozen=True)
class Progress:
    """Plain values only: this travels through Airflow's database at every deferral.

    Times are seconds since the epoch, as worker and triggerer are different processes.

    Attributes:
        deadline: until when the type of the present rung may take.
        started: when the resize began.
        type_before: the type that the instance had then; None until the first look.
        found: what the instance was at that look, in words.
        public_ip_before: its public address then.
        private_ip_before: its private address then.
        down_since: since when the instance has not been usable; None where it still is.
        rung: which type of the ladder is being tried, counted from 0.
        refused: what AWS said, one text per type given up.
        refusals: how often AWS has refused the type of this rung.
        refused_since: when it did so first.
        paused_until: when AWS may be asked again after a refusal.
        step: the last step taken on this rung; None where its effect is not waited for.
        step_at: when that step was taken.
        tries: how often each step has been taken on this rung.
        reason_before: why the instance had stopped by itself when it was last started.
        busy_since: since when AWS has been too busy for a call, or has had no credentials for it.
        busy: how often that has been so since then.
        last_error: what AWS said to the last call that failed.
        impaired_since: since when the status checks have failed.
        moving: whether the instance is being stopped to start on other hardware.
        moved: whether it has been.
        settles_at: when an instance that was right at first sight is believed to stay so.
        leased: whether this resize has written the lease.
        lease_ends: when the lease ends; after that the dead-man switch acts.
    """

    deadline: float
    started: float
    type_before: str | None = None
    found: str = ""
    public_ip_before: str | None = None
    private_ip_before: str | None = None
    down_since: float | None = None
    rung: int = 0
    refused: list[str] = field(default_factory=list)
    refusals: int = 0
    refused_since: float | None = None
    paused_until: float = 0.0
    step: str | None = None
    step_at: float = 0.0
    tries: dict[str, int] = field(default_factory=dict)
    reason_before: str = ""
    busy_since: float | None = None
    busy: int = 0
    last_error: str = ""
    impaired_since: float | None = None
    moving: bool = False
    moved: bool = False
    settles_at: float | None = None
    leased: bool = False
    lease_ends: float = 0.0

    @property
    def is_new(self) -> bool:
        """Whether nothing has been seen yet."""
        return self.type_before is None

    @property
    def was_refused(self) -> bool:
        """Whether AWS has refused a type: the instance is down, unless somebody else has started it."""
        return bool(self.refusals or self.rung)

    @property
    def what_aws_said(self) -> str:
        """The end of a message: why each type was given up."""
        return f" What AWS said: {' | '.join(self.refused)}" if self.refused else ""

    def summary(self, clock: float) -> str:
        """Return how far the resize is, for the log."""
        return f"{self.elapsed(clock):.1f} s elapsed, down for {self.downtime(clock):.1f} s"

    def elapsed(self, clock: float) -> float:
        """Return the seconds since the resize began."""
        return clock - self.started

    def downtime(self, clock: float) -> float:
        """Return the seconds since the instance was last usable, which ends when its status checks pass."""
        return 0.0 if self.down_since is None else clock - self.down_since

    def busy_for(self, clock: float) -> float:
        """Return the seconds since AWS has been too busy for a call."""
        return 0.0 if self.busy_since is None else clock - self.busy_since

    def has_taken(self, step: Step) -> int:
        """Return how many times a step has been taken on this rung."""
        return self.tries.get(step, 0)

    def saw(self, now: Instance, holder: Holder | None, clock: float) -> Progress:
        """Note what the instance was like at first, and since when it has been down or impaired."""
        seen = replace(self, lease_ends=holder.expires.timestamp() if holder else 0.0)
        if self.is_new:
            addresses = {"public_ip_before": now.public_ip, "private_ip_before": now.private_ip}
            seen = replace(seen, type_before=now.type, found=str(now), **addresses)
        if now.state != "running" and self.down_since is None:
            seen = replace(seen, down_since=clock)
        if self.step == Step.START and now.state == "pending":
            seen = replace(seen, reason_before="")  # whatever is said from now on is about this start
        if self.moving and now.state != "running":
            seen = replace(seen, moving=False, moved=True)
        if now.checks != "impaired":
            return replace(seen, impaired_since=None)
        return seen if self.impaired_since is not None else replace(seen, impaired_since=clock)

    def took(self, step: Step, now: Instance, clock: float) -> Progress:
        """Note a step that has been taken, or may have been."""
        stops = step is Step.STOP and self.down_since is None
        return replace(
            self,
            step=step.value,
            step_at=clock,
            busy_since=None,
            busy=0,
            down_since=clock if stops else self.down_since,
            reason_before=now.reason if step is Step.START else self.reason_before,
            tries=dict(Counter(self.tries) + Counter([step.value])),
        )

    def was_busy(self, first_pause: float, clock: float) -> Progress:
        """Note a call that AWS was too busy for; the pauses, in seconds, grow."""
        return replace(
            self,
            busy_since=clock if self.busy_since is None else self.busy_since,
            paused_until=clock + _growing(first_pause, self.busy, LONGEST_BUSY_PAUSE_SECONDS),
            busy=self.busy + 1,
            step=None,
        )

    def was_refused_at(self, clock: float) -> Progress:
        """Note that AWS has refused the type of this rung, which may pass."""
        since = clock if self.refused_since is None else self.refused_since
        return replace(self, refusals=self.refusals + 1, refused_since=since)

    def next_pause(self, patience: float, first_pause: float, clock: float) -> float | None:
        """Return the seconds until AWS may be asked again after a refusal; None where patience has run out.

        Patience that begins within the lease ends with the lease: then the dead-man switch acts, and with
        both at work the instance would be stopped more than once.
        """
        since = clock if self.refused_since is None else self.refused_since
        ends = since + patience
        if since < self.lease_ends:
            ends = min(ends, self.lease_ends)
        if clock >= ends:
            return None
        return min(_growing(first_pause, self.refusals, LONGEST_PAUSE_SECONDS), ends - clock)

    def paused(self, until: float, deadline: float) -> Progress:
        """Ask again for the same type later: every step may be taken as often as at first."""
        again = replace(self, paused_until=until, deadline=deadline)
        return replace(again, step=None, tries={}, busy_since=None, busy=0)

    def next_rung(self, why: str, deadline: float) -> Progress:
        """Give up the type of the present rung."""
        return replace(
            self.paused(0.0, deadline),
            refused=[*self.refused, why],
            rung=self.rung + 1,
            refusals=0,
            refused_since=None,
            impaired_since=None,
            moving=False,
            moved=False,
        )


def _growing(first: float, times: int, longest: float) -> float:
    return min(first * 2 ** min(times, MOST_DOUBLINGS), longest)
