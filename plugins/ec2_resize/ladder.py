"""Which types to try, in which order, and how long to go on asking for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ec2_resize.step import Goal

# What the instance ended on: a type that was asked for, one that it falls back to, or none that AWS starts.
Outcome = Literal["wanted", "fallback", "stopped"]


def as_types(types: str | Sequence[str]) -> list[str]:
    """Return types, given as text with commas or as a list of such, in their order without repetitions."""
    texts = [types] if isinstance(types, str) else types
    names = [name.strip() for text in texts for name in text.split(",")]
    return list(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True)
class Ladder:
    """The rungs of one resize: first what is wanted, then what to fall back to, in the end *stopped*.

    Attributes:
        wanted: types that are asked for, best first.
        fallback: types for where AWS refuses all of these: small ones that the instance may be left on.
        patience: how long a refusal that may pass is answered by asking again, for each type.
        fallback_patience: the same for the types to fall back to.
    """

    wanted: Sequence[str]
    fallback: Sequence[str] = ()
    patience: timedelta = timedelta(0)
    fallback_patience: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        if not self.wanted:
            raise ValueError("No instance type to resize to: name at least one, such as t3.2xlarge.")

    @property
    def types(self) -> list[str]:
        """All types, from the first to the last rung."""
        return list(dict.fromkeys([*self.wanted, *self.fallback]))

    @property
    def safe(self) -> Sequence[str]:
        """The types on which the instance may be left, the base type first."""
        return self.fallback or self.wanted

    @property
    def grows(self) -> bool:
        """Whether the resize leaves the safe types on purpose."""
        return self.wanted[0] not in self.safe

    def goal(self, rung: int) -> Goal:
        """Return what to reach on a rung; below the last one: stopped as the base type."""
        return Goal(self.types[rung]) if rung < len(self.types) else Goal(self.safe[0], runs=False)

    def outcome(self, rung: int, state: str) -> Outcome:
        """Return what it means to have reached the goal of a rung."""
        if rung < len(self.wanted):
            return "wanted"
        return "stopped" if state == "stopped" else "fallback"

    def patience_on(self, rung: int, type_before: str | None) -> timedelta:
        """Return how long to go on asking for a rung's type, which the instance spends stopped.

        That is short where the instance ran on a type to fall back to: it can go back there.
        """
        ran_well = not self.grows and type_before in self.safe and type_before not in self.wanted
        return self.fallback_patience if ran_well or rung >= len(self.wanted) else self.patience

    def rests_well(self, present_type: str, state: str, goal: Goal) -> bool:
        """Tell whether, on the way back, the instance is up on another small type than that of the goal."""
        up = state in {"pending", "running"}
        return up and not self.grows and present_type in self.types and present_type != goal.type

    def first_rung(self, present_type: str, state: str) -> int:
        """Return where to begin: an instance that runs on any of the wanted types is right as it is."""
        up = state in {"pending", "running"} and present_type in self.wanted
        return list(self.wanted).index(present_type) if up else 0
