"""The types between which the instance goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ec2_resize.preflight.check import Check


@dataclass(frozen=True)
class Way:
    """From the base type to a work type and back.

    Attributes:
        base_types: the base type, and equivalents that the way back may fall to.
        work_types: the big ones, best first.
    """

    base_types: Sequence[str]
    work_types: Sequence[str]

    @property
    def base(self) -> str:
        """What the instance is outside of a run."""
        return self.base_types[0]

    @property
    def ends(self) -> list[str]:
        """The types that an instance may have before a run, and that it needs."""
        return list(dict.fromkeys([self.base, *self.work_types]))

    @property
    def types(self) -> list[str]:
        """All of them."""
        return list(dict.fromkeys([*self.base_types, *self.work_types]))

    def judge(self, name: str, found: str, unfit: Collection[str], what_to_do: str) -> Check:
        """A line about all types. To lose an equivalent is bad luck, to lose any other is a failure."""
        lost = ", ".join(it for it in self.types if it in unfit and it not in self.ends)
        advice = f"{lost} cannot serve as equivalent of {self.base}." if lost else ""
        if any(it in unfit for it in self.ends):
            return Check(name, "failed", found, f"{what_to_do} {advice}".strip())
        return Check(name, "warning" if lost else "ok", found, advice)
