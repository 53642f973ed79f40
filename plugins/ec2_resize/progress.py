"""What a resize remembers about itself while it is deferred."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from ec2_resize.instance import Instance, Step

# A step that did not show after this many tries will not; a healthy resize takes each step once.
TRIES_PER_STEP = 5


@dataclass
class Progress:
    """Plain values only: this travels through Airflow's database at every deferral.

    Times are seconds since the epoch, as worker and triggerer are different processes.
    """

    deadline: float
    started: float = field(default_factory=time.time)
    type_before: str | None = None
    public_ip_before: str | None = None
    private_ip_before: str | None = None
    down_since: float | None = None
    step: str | None = None
    step_at: float = 0.0
    tries: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.elapsed:.1f} s elapsed, down for {self.downtime:.1f} s"

    def saw(self, now: Instance) -> None:
        """Take note of what the instance was like at the first look, and of when it was found down."""
        if self.type_before is None:
            self.type_before = now.type
            self.public_ip_before = now.public_ip
            self.private_ip_before = now.private_ip
        if now.state != "running" and self.down_since is None:
            self.down_since = time.time()

    def take(self, step: Step) -> int:
        """Take note of a step about to be taken; returns how many times it has been, this time included."""
        self.step, self.step_at = step, time.time()
        if step is Step.STOP and self.down_since is None:
            self.down_since = self.step_at
        self.tries = dict(Counter(self.tries) + Counter([step.value]))
        return self.tries[step]

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
