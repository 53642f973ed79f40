"""Whether it pays to make the instance big."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.settings import settings

if TYPE_CHECKING:
    from include.pipeline.plan import Plan
    from tier1_tasks.form import RunParams

SECONDS_PER_MONTH = 2.0  # of all stages, on a small instance


@dataclass(frozen=True)
class Worth:
    """How long the work takes, and whether that is worth a resize.

    Attributes:
        months: how many there are to compute.
        seconds_as_it_is: how long they take on the instance as it is.
        worth_it: whether a run that resizes where it is needed makes the instance big.
    """

    months: int
    seconds_as_it_is: float
    worth_it: bool

    def __str__(self) -> str:
        return f"{self.months} months: about {self.seconds_as_it_is:.0f} s here"


def worth_resizing(run: RunParams, plan: Plan) -> Worth | None:
    """Estimate it; None where that cannot be told."""
    if plan.months is None:
        return None
    months = len(plan.months)
    seconds = months * SECONDS_PER_MONTH
    return Worth(months, seconds, seconds > settings().worth_resizing_minutes.total_seconds())
