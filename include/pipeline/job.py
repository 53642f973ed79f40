"""What a stage is asked to do, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass

from include.months import Month
from include.stages.stage import Stage


@dataclass(frozen=True, slots=True)
class Job:
    """One stage over some months, on behalf of a run.

    Attributes:
        stage: the stage.
        months: the months wanted, each computed and checkpointed on its own.
        run_id: the run that the markers name.
        force: compute also what is still valid, unless this very run has computed it already.
    """

    stage: Stage
    months: Collection[Month]
    run_id: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class StageSummary:
    """What became of a job, as plain values.

    Attributes:
        stage: the stage's name.
        months: how many months were wanted.
        computed: how many of them were computed; the others were still valid.
        rows: rows published.
        columns: columns of each row.
        seconds: how long it took.
    """

    stage: str
    months: int
    computed: int
    rows: int
    columns: int
    seconds: float
