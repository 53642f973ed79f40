"""What the runs have left in the feature database: their reports, and how far their stages came."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from include.report.tables import UNKNOWN
from include.report.words import verdict_lines
from include.report.worth import about
from include.stages import STAGES
from tier1_page.history.view import Judged, PastRun, StageOfRun
from tier1_tasks.database import conninfo
from tier1_tasks.names import DATABASE

if TYPE_CHECKING:
    from include.report.model import Report
    from include.store.runs.stage_progress import Progress
    from tier1_page.history.runs import Run

NO_REPORT = "it has written no report"
UNREADABLE = "its report cannot be read: clear its task verdict to write it again"
UNTOUCHED = "no resize"


@dataclass(frozen=True, slots=True)
class Figures:
    """What some runs have left.

    Attributes:
        reports: by run; None where it cannot be read. A run without one is left out.
        progress: of each stage that has begun, by run and the stage's name.
    """

    reports: Mapping[str, Report | None] = field(default_factory=dict)
    progress: Mapping[tuple[str, str], Progress] = field(default_factory=dict)


def look_at_figures(run_ids: Collection[str]) -> Figures:
    """Look in the feature database.

    Raises:
        DatabaseUnreachableError: it does not answer.
    """
    from include.store.connection import connect
    from include.store.runs.reports import read_reports
    from include.store.runs.stage_progress import progress_of_runs

    with connect(conninfo(DATABASE)) as conn:
        progress = progress_of_runs(conn, run_ids)
        return Figures(read_reports(conn, run_ids), {(it.run_id, it.stage): it for it in progress})


def past_run(run: Run, figures: Figures | None) -> PastRun:
    """Return a run with its figures.

    Args:
        run: the run.
        figures: those of several runs; None where nobody could look.
    """
    known = {"run_id": run.run_id, "state": run.state, "began": run.began, "ended": run.ended}
    if figures is None:
        return PastRun(**known, cost=UNKNOWN, note="its figures are not known now")
    # a run that was cleared and is at work again has only an earlier try's
    report = figures.reports.get(run.run_id) if run.is_over else None
    usd, cost = cost_of(report)
    stages = stages_of(run.run_id, report, figures)
    rows = sum(stage.rows for stage in stages)
    seconds = sum(stage.seconds or 0.0 for stage in stages if stage.rows)
    return PastRun(
        **known,
        months=f"{report.plan.first_month} .. {report.plan.last_month}" if report and report.plan else "",
        stages=stages,
        rows=rows,
        rows_per_second=rows / seconds if seconds else None,
        usd=usd,
        cost=cost,
        verdict=tuple(
            Judged(what=what, standing=line.standing, why=line.why) for what, line in verdict_lines(report)
        )
        if report
        else (),
        problems=report.problems if report else (),
        note=_note(run, figures),
    )


def _note(run: Run, figures: Figures) -> str:
    if run.run_id not in figures.reports:
        return NO_REPORT if run.ended else ""
    return "" if figures.reports[run.run_id] else UNREADABLE


def stages_of(run_id: str, report: Report | None, figures: Figures) -> tuple[StageOfRun, ...]:
    """Return what each stage did: as the report says, else as it was last heard of."""
    done = {summary.stage: summary for summary in report.stages} if report else {}
    stages = []
    for stage in STAGES:
        found = done.get(stage.name) or figures.progress.get((run_id, stage.name))
        if found is None:
            stages.append(StageOfRun(title=stage.title, name=stage.name))
            continue
        stages.append(
            StageOfRun(
                title=stage.title,
                name=stage.name,
                seconds=found.seconds,
                months=found.months,
                computed=found.computed,
                rows=found.rows,
                is_over=stage.name in done,
            )
        )
    return tuple(stages)


def cost_of(report: Report | None) -> tuple[float | None, str]:
    """Return what the run cost, as its receipt has it, and in words for what, or why it is not known."""
    if report is None or report.receipt is None:
        return None, UNKNOWN
    if report.is_untouched and not report.receipt.earlier:
        return 0.0, UNTOUCHED
    receipt = report.receipt
    words = ", ".join(f"{it.type} for {about(it.seconds)}" for it in receipt.times)
    earlier = f"earlier attempts for {about(receipt.earlier_seconds)}" if receipt.earlier_times else ""
    said = "; ".join(filter(None, [words, earlier, receipt.why_no_total]))
    return receipt.total_usd, said or "never made big"
