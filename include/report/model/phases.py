"""The runbook's plan, beside what happened."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the runbook.

    Attributes:
        name: the runbook's name of it.
        planned_seconds: how long the runbook allows.
        planned_usd: what the runbook says it costs; None where it says nothing.
        seconds: how long it took; None where that is not known.
        usd: what so long costs on the type on which it ran; None where that is not known.
        footnote: the number of the footnote that says what is wrong with the plan; None: nothing is.
        note: why something is not known, or how much of the work there was.
    """

    name: str
    planned_seconds: float
    planned_usd: float | None = None
    seconds: float | None = None
    usd: float | None = None
    footnote: int | None = None
    note: str = ""
