"""Which step brings an instance closer to its goal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ec2_instance.reading import Instance


class Step(StrEnum):
    """What to do next about an instance; what changes the instance is named as EC2 names the call."""

    STOP = "StopInstances"
    MODIFY = "ModifyInstanceAttribute"
    START = "StartInstances"
    WAIT = "wait"
    DONE = "done"
    IMPAIRED = "impaired"  # runs on the wanted type and fails its status checks
    GONE = "gone"  # terminated, or about to be


@dataclass(frozen=True)
class Goal:
    """The type to reach, and whether the instance is to run on it.

    Attributes:
        type: the instance type.
        runs: off where AWS starts no type at all: a stopped instance is then the best there is.
    """

    type: str
    runs: bool = True

    def __str__(self) -> str:
        return f"{'running' if self.runs else 'stopped'} as {self.type}"


def next_step(now: Instance, goal: Goal) -> Step:
    """Compare the instance with its goal.

    An instance that runs on the wrong type is stopped at once, whatever its status checks say: their result
    would be thrown away.
    """
    match now.state:
        case "pending" | "stopping":
            return Step.WAIT
        case "stopped" | "running" if now.type != goal.type:
            return Step.MODIFY if now.state == "stopped" else Step.STOP
        case "stopped":
            return Step.START if goal.runs else Step.DONE
        case "running":
            checked = {"ok": Step.DONE, "impaired": Step.IMPAIRED}.get(now.checks, Step.WAIT)
            return checked if goal.runs else Step.DONE
        case _:
            return Step.GONE
