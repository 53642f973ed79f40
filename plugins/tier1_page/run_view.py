"""What the page of a run shows. Imported by the route when the page is asked for: it needs the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from include.report.model import Report, StageSummary, UnreadableReportError
from include.report.stage_table import STAGE_COLUMNS, Column
from include.store.connection import DatabaseUnreachableError, connect
from include.store.runs.reports import read_report
from include.store.runs.stage_progress import Progress, progress_of_run
from tier1_tasks.database import conninfo
from tier1_tasks.names import DATABASE


@dataclass(frozen=True, slots=True)
class RunView:
    """The page of a run.

    Attributes:
        run_id: the run.
        report: what its verdict has written; None before that.
        progress: how far each stage has come that has begun.
        trouble: why something could not be read; empty where all could.
    """

    run_id: str
    report: Report | None = None
    progress: Sequence[Progress] = ()
    trouble: str = ""

    @property
    def stage_columns(self) -> Sequence[Column[StageSummary]]:
        """The columns for the stages of the report."""
        return STAGE_COLUMNS

    @property
    def progress_columns(self) -> Sequence[Column[Progress]]:
        """The columns for `progress`; no time is left where the run has ended."""
        return (
            Column("stage", lambda progress: progress.stage, is_number=False),
            Column("months", lambda progress: f"{progress.done} of {progress.months}"),
            Column("still valid", lambda progress: str(progress.valid)),
            Column("computed", lambda progress: str(progress.computed)),
            Column("rows", lambda progress: f"{progress.rows:,}"),
            Column("rows/s", lambda progress: f"{progress.rows_per_second:,.0f}"),
            Column("s left", lambda progress: "" if self.report else _seconds_left(progress)),
            Column("updated", _updated, is_number=False),
        )


def view_of_run(run_id: str) -> RunView:
    """Read from the feature database what the page of a run shows."""
    view = RunView(run_id)
    try:
        with connect(conninfo(DATABASE)) as conn:
            view = replace(view, progress=progress_of_run(conn, run_id))
            return replace(view, report=read_report(conn, run_id))
    # the database may restart with its instance: the page looks again by itself
    except (DatabaseUnreachableError, UnreadableReportError) as error:
        return replace(view, trouble=str(error))


def _seconds_left(progress: Progress) -> str:
    left = progress.seconds_left
    return "" if left is None else f"{left:.0f}"


def _updated(progress: Progress) -> str:
    return f"{progress.updated:%Y-%m-%d %H:%M:%S} UTC" if progress.updated else ""
