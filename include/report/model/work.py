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
        cpu_seconds: processor time of its own processes, by their own account, without PostgreSQL's; None in
            a report of an older version.
        month_seconds: how long its months took, each by itself, added up.
        waited_seconds: how much of that was spent waiting for the database.
        at_once: how many months a task computed at the same time; 0 where it had none to compute.
        tasks: how many tasks shared its months out.
        vcpus: what each of them might use; 0 in a report of an older version.
    """

    stage: str
    months: int
    computed: int
    rows: int
    columns: int
    seconds: float
    began: float = 0.0
    cpu_seconds: float | None = None
    month_seconds: float = 0.0
    waited_seconds: float = 0.0
    at_once: int = 0
    tasks: int = 1
    vcpus: int = 0

    @property
    def waited_share(self) -> float | None:
        """The part of its months' time that was spent waiting for the database; None where nobody knows."""
        return self.waited_seconds / self.month_seconds if self.month_seconds else None
