"""What a resize remembers about itself while it is deferred."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from ec2_instance.holder import Holder
from ec2_instance.reading import Instance
from ec2_resize.convergence import Step

# A step that did not show after this many tries will not; a healthy resize takes each step once.
TRIES_PER_STEP = 5


@dataclass
class Progress:
    """Plain values only: this travels through Airflow's database at every deferral.

    Times are seconds since the epoch, as worker and triggerer are different processes.

    Attributes:
        deadline: until when the present rung may take.
        rung: which type of the ladder is being tried.
        refused: what AWS said, one text per type given up.
        refusals: how often it refused the present rung's type; `refused_since` when first.
        paused_until: when to ask again after a refusal.
        step: the last step taken on this rung, and when; how often each has been taken.
        reason_before: what the instance said of its last fall when it was started.
        busy_since: since when AWS has been too busy for a call; `busy` how often; `last_error` what it said.
        moving: whether it is being stopped to get it onto other hardware; `moved` whether it has been.
        settles_at: when an instance that was right at first sight is believed to stay so.
        leased: whether this resize has written the lease.
        lease_ends: when the lease ends; after that the dead-man switch acts.
    """

    deadline: float
    started: float = field(default_factory=time.time)
    type_before: str | None = None
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

    def __str__(self) -> str:
        return f"{self.elapsed:.1f} s elapsed, down for {self.downtime:.1f} s"

    @property
    def is_new(self) -> bool:
        """Whether nothing has been seen yet."""
        return self.type_before is None

    @property
    def was_refused(self) -> bool:
        """Whether AWS has refused a type: the instance is down, unless somebody else has started it."""
        return bool(self.refusals or self.rung)

    def saw(self, now: Instance, holder: Holder | None) -> None:
        """Take note of what the instance was like at first, and since when it has been down or impaired."""
        self.lease_ends = holder.expires.timestamp() if holder else 0.0
        if self.is_new:
            self.type_before = now.type
            self.public_ip_before = now.public_ip
            self.private_ip_before = now.private_ip
        if now.state != "running" and self.down_since is None:
            self.down_since = time.time()
        if self.step == Step.START and now.state == "pending":
            self.reason_before = ""  # it has started: whatever it says from now on is about this start
        if self.moving and now.state != "running":
            self.moving, self.moved = False, True
        if now.checks != "impaired":
            self.impaired_since = None
        elif self.impaired_since is None:
            self.impaired_since = time.time()

    def take(self, step: Step, now: Instance) -> None:
        """Take note of a step that has been taken, or may have been."""
        self.step, self.step_at = step, time.time()
        self.busy_since, self.busy = None, 0
        if step is Step.STOP and self.down_since is None:
            self.down_since = self.step_at
        if step is Step.START:
            self.reason_before = now.reason
        self.tries = dict(Counter(self.tries) + Counter([step.value]))

    def has_taken(self, step: Step) -> int:
        """How many times a step has been taken on this rung."""
        return self.tries.get(step, 0)

    def was_busy(self, first_pause: float, longest_pause: float) -> float:
        """Take note of a call that AWS was too busy for; returns for how many seconds it has been so."""
        now = time.time()
        self.busy_since = self.busy_since or now
        self.paused_until = now + min(first_pause * 2**self.busy, longest_pause)
        self.busy += 1
        self.step = None
        return now - self.busy_since

    def insist(self, patience: float, first_pause: float, longest_pause: float) -> float | None:
        """After a refusal: the pause before asking again, growing; None when patience has run out.

        Patience that begins within the lease ends with it: then the dead-man switch acts, and with both at
        work the instance would be stopped more than once.
        """
        now = time.time()
        self.refused_since = self.refused_since or now
        ends = self.refused_since + patience
        left = (min(ends, self.lease_ends) if self.refused_since < self.lease_ends else ends) - now
        pause = min(first_pause * 2**self.refusals, longest_pause, left)
        self.refusals += 1
        if left <= 0:
            return None
        self.paused_until = now + pause
        self.step, self.tries, self.busy_since, self.busy = None, {}, None, 0
        return pause

    def next_rung(self, why: str, seconds: float) -> None:
        """Give up the present rung's type; the next one may take so many seconds."""
        self.refused.append(why)
        self.rung += 1
        self.deadline = time.time() + seconds
        self.refusals, self.refused_since, self.paused_until = 0, None, 0.0
        self.step, self.tries, self.busy_since, self.busy = None, {}, None, 0
        self.impaired_since, self.moving, self.moved = None, False, False

    @property
    def elapsed(self) -> float:
        """Seconds since the resize began."""
        return time.time() - self.started

    @property
    def downtime(self) -> float:
        """Seconds since the instance was last usable; it is again when its status checks have passed."""
        return time.time() - self.down_since if self.down_since else 0.0

    @property
    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.time()
