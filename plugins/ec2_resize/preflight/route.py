"""The types between which the instance goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ec2_resize.preflight.check import Check


@dataclass(frozen=True)
class ResizeRoute:
    """From the base type to a work type and back.

    Attributes:
        base_types: the base type first, then equivalents that the way back may fall to.
        work_types: the big ones, best first.
    """

    base_types: Sequence[str]
    work_types: Sequence[str]

    @property
    def base_type(self) -> str:
        """The type of the instance outside of a run."""
        return self.base_types[0]

    @property
    def required_types(self) -> list[str]:
        """The base type and the work types: all but the equivalents."""
        return list(dict.fromkeys([self.base_type, *self.work_types]))

    @property
    def types(self) -> list[str]:
        """All types, the base types first."""
        return list(dict.fromkeys([*self.base_types, *self.work_types]))

    def judge(self, name: str, found: str, unfit: Collection[str], what_to_do: str) -> Check:
        """Return a line about all types.

        An unfit type that is required is a failure; an unfit equivalent is a warning.
        """
        lost = [each for each in self.types if each in unfit and each not in self.required_types]
        advice = f"{', '.join(lost)} cannot serve as equivalent of {self.base_type}." if lost else ""
        if any(required in unfit for required in self.required_types):
            return Check(name, "failed", found, f"{what_to_do} {advice}".strip())
        return Check(name, "warning" if lost else "ok", found, advice)
