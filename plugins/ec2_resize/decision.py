"""What can be decided about an instance that is being resized; `wait.Wait` is the fifth kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from ec2_instance.reading import Instance
from ec2_resize.progress import Progress
from ec2_resize.result import ResizeResult
from ec2_resize.step import Step
from ec2_resize.wait import Wait


@dataclass(frozen=True)
class Act:
    """Make a call that changes the instance, with the lease in hand.

    Attributes:
        step: the call.
        type: the type that the instance is to have.
        why: what is unusual about the step; empty otherwise.
    """

    step: Step
    type: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.step} ({self.why})" if self.why else self.step.value


@dataclass(frozen=True)
class LookAgain:
    """Read the instance again and decide anew: the progress has changed, or the instance may have.

    Attributes:
        why: what has happened, for the log; empty after a step that EC2 has accepted.
    """

    why: str = ""

    def __str__(self) -> str:
        return "look again"


@dataclass(frozen=True)
class Done:
    """The instance is what was wanted.

    Attributes:
        result: what to leave behind.
        give_back: the instance whose lease is to be given back; None where none is held.
    """

    result: ResizeResult
    give_back: Instance | None = None

    def __str__(self) -> str:
        return "done"


@dataclass(frozen=True)
class Failed:
    """The resize ends without what was wanted.

    Attributes:
        why: what happened to which instance, and what to do next.
        try_again: whether another try of the whole resize may succeed.
        result: what to leave behind; None where the resize did not end in a state of its own.
        give_back: as for `Done`.
        cause: the error that it follows from; None without one.
    """

    why: str
    try_again: bool
    result: ResizeResult | None = None
    give_back: Instance | None = None
    cause: BaseException | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return "fail"


Decision = Wait | Act | LookAgain | Done | Failed
# What to do, and what to remember of it.
Decided = tuple[Decision, Progress]
