"""The months of a run, and what its stages did."""

from pydantic.dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonths:
    """The months that preflight settled.

    Attributes:
        first_month: "YYYY-MM".
        last_month: "YYYY-MM", included.
        start: beginning of the first month, in ISO format.
        end: end of the last month, not included, in ISO format.
    """

    first_month: str
    last_month: str
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSummary:
    """What a stage did.

    Attributes:
        stage: name of the stage and of its table.
        months: how many were wanted.
        computed: how many of these were computed; the others were still valid.
        rows: how many rows the computed months have.
        columns: how many features the stage has.
        seconds: how long the stage took.
        began: when it began, in seconds since the epoch; 0 in a report of an older version.
    """

    stage: str
    months: int
    computed: int
    rows: int
    columns: int
    seconds: float
    began: float = 0.0
