"""What the feature database tells of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tier1_tasks.names import DATABASE

if TYPE_CHECKING:
    from include.report.model import Report
    from include.store.runs.durations import PastRun
    from include.store.runs.finished import FinishedMonth
    from include.store.runs.stage_progress import Progress


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the database; whoever asks the same shares the answer.

    Attributes:
        run_id: the run.
        first: its first month, YYYY-MM; empty before preflight has settled it.
        last: its last month, included.
        force: whether it computes also what is still valid.
    """

    run_id: str
    first: str = ""
    last: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True)
class DatabaseSeen:
    """What the database tells.

    Attributes:
        finished: the months of the run that are finished, whoever has computed them.
        at_work: stages and months, YYYY-MM, that are being computed.
        to_do: by stage, the months, YYYY-MM, that need work, as far as is known without reading prices.
        progress: of the stages that have begun.
        report: what the verdict has written; None before that.
        unreadable: why a report that is there cannot be read.
    """

    finished: Collection[FinishedMonth] = ()
    at_work: Collection[tuple[str, str]] = ()
    to_do: Mapping[str, Collection[str]] = field(default_factory=dict)
    progress: Sequence[Progress] = ()
    report: Report | None = None
    unreadable: str = ""


def look_at_database(question: Question) -> DatabaseSeen:
    """Read what the page shows; only read.

    Raises:
        DatabaseUnreachableError: the database cannot be reached; it may restart with its instance.
    """
    from include.months import MonthRange
    from include.pipeline.estimate import months_to_do
    from include.pipeline.job import Job
    from include.report.model import UnreadableReportError
    from include.settings import settings
    from include.stages import STAGES
    from include.store.connection import connect
    from include.store.runs.finished import finished_in, months_at_work
    from include.store.runs.reports import read_report
    from include.store.runs.stage_progress import progress_of_run
    from tier1_tasks.database import conninfo

    months = MonthRange.of_texts(question.first, question.last) if question.first else None
    with connect(conninfo(DATABASE)) as conn:
        report, unreadable = None, ""
        try:
            report = read_report(conn, question.run_id)
        except UnreadableReportError as error:
            unreadable = str(error)
        progress = progress_of_run(conn, question.run_id)
        if months is None:
            return DatabaseSeen((), (), {}, progress, report, unreadable)
        jobs = [Job(stage, months, question.run_id, question.force) for stage in STAGES]
        to_do = {
            job.stage.name: {str(month) for month in months_to_do(conn, job, settings())} for job in jobs
        }
        return DatabaseSeen(
            finished_in(conn, months), months_at_work(conn), to_do, progress, report, unreadable
        )


def look_at_past(run_id: str) -> list[PastRun]:
    """Read how long the last runs took, but for this one."""
    from include.store.connection import connect
    from include.store.runs.durations import past_runs
    from tier1_tasks.database import conninfo

    with connect(conninfo(DATABASE)) as conn:
        return past_runs(conn, run_id)
