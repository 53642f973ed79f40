"""Which types to try, in which order, and how long to insist on each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ec2_resize.convergence import Goal

# What the instance ended on: a type that was asked for, one that it falls back to, or none that AWS starts.
Outcome = Literal["wanted", "fallback", "stopped"]


def as_types(types: str | Sequence[str]) -> list[str]:
    """An ordered list of types, given as one or as text with commas, without repetitions."""
    names = types.split(",") if isinstance(types, str) else types
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


@dataclass(frozen=True)
class Ladder:
    """The rungs of one resize: first what is wanted, then what to fall back to, in the end *stopped*.

    Attributes:
        wanted: types that are asked for, best first.
        fallback: where AWS refuses all of these; small types that the instance may be left on.
        patience: for how many seconds a refusal that may pass is answered by asking again, for each type.
        fallback_patience: the same for the types to fall back to.
    """

    wanted: Sequence[str]
    fallback: Sequence[str] = ()
    patience: float = 0.0
    fallback_patience: float = 0.0

    def __post_init__(self) -> None:
        if not self.wanted:
            raise ValueError("No instance type to resize to: name at least one, such as t3.2xlarge.")

    @property
    def types(self) -> list[str]:
        """All types, from the first to the last rung."""
        return [*self.wanted, *(it for it in self.fallback if it not in self.wanted)]

    @property
    def safe(self) -> Sequence[str]:
        """Types on which the instance may be left, the base type first."""
        return self.fallback or self.wanted

    @property
    def grows(self) -> bool:
        """Whether it leaves the safe types on purpose."""
        return self.wanted[0] not in self.safe

    def goal(self, rung: int) -> Goal:
        """What to reach on a rung; below the last one the instance rests, stopped, as the base type."""
        return Goal(self.types[rung]) if rung < len(self.types) else Goal(self.safe[0], runs=False)

    def outcome(self, rung: int, state: str) -> Outcome:
        """What it means to have reached the goal of a rung."""
        if rung < len(self.wanted):
            return "wanted"
        return "stopped" if state == "stopped" else "fallback"

    def patience_on(self, rung: int, type_before: str | None) -> float:
        """Seconds to insist on a rung's type, which the instance spends stopped.

        Little where it ran on a type to fall back to: it was well enough there, and can go back.
        """
        ran_well = not self.grows and type_before in self.safe and type_before not in self.wanted
        return self.fallback_patience if ran_well or rung >= len(self.wanted) else self.patience

    def rests_well(self, present_type: str, state: str, goal: Goal) -> bool:
        """Whether it is up on a small type, if not on that of the goal, on the way back."""
        up = state in {"pending", "running"}
        return up and not self.grows and present_type in self.types and present_type != goal.type

    def first_rung(self, present_type: str, state: str) -> int:
        """Where to begin: an instance that runs on any of the wanted types is right as it is."""
        up = state in {"pending", "running"} and present_type in self.wanted
        return list(self.wanted).index(present_type) if up else 0
