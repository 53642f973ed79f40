"""The figures behind the plots of the report, as far as they can be had: the report is made without, too."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from include.stages import STAGES
from tier1_tasks.database import conninfo
from tier1_tasks.instances import Instance
from tier1_tasks.names import DATABASE
from tier1_tasks.times import times_of

if TYPE_CHECKING:
    from include.months import MonthRange
    from include.report.model.series import Series, TaskTime

log = logging.getLogger("tier1")

NOT_FINISHED = (
    "Not drawn: {tasks} did not succeed, so that the tables may hold what another run has computed."
)
NOT_PLANNED = "Not drawn: preflight has settled no months."
UNREAD = "Not drawn: the figures could not be read: {error}."


def series_of(ti: Any, found: Sequence[Instance], months: MonthRange | None) -> Series:
    """Gather the figures; what cannot be had is left out, and the reason takes its place.

    Args:
        ti: the verdict's own task instance.
        found: the other tasks of the run.
        months: those of the run; None where preflight has settled none.
    """
    from include.report.model.series import Series
    from include.store.connection import connect
    from include.store.features.series import feature_series
    from include.store.runs.computed import computed_months

    tasks = _task_times(ti, found)
    if months is None:
        return Series(tasks=tasks, unread=NOT_PLANNED)
    computed, stages = (), {stage.task_id for stage in STAGES}
    unfinished = [it.name for it in found if it.task_id in stages and it.state != "success"]
    try:
        with connect(conninfo(DATABASE)) as conn:
            computed = computed_months(conn, ti.run_id)
            if unfinished:
                why = NOT_FINISHED.format(tasks=", ".join(unfinished))
                return Series(tasks=tasks, computed=computed, unread=why)
            return Series(tasks=tasks, computed=computed, features=feature_series(conn, months))
    except Exception as error:  # noqa: BLE001 - the report is worth more; the database may be on the instance
        log.warning("The plots of the report lack figures: %s", error)
        return Series(tasks=tasks, computed=computed, unread=UNREAD.format(error=str(error).rstrip(".")))


def _task_times(ti: Any, found: Sequence[Instance]) -> tuple[TaskTime, ...]:
    from include.report.model.series import TaskTime

    try:
        return tuple(TaskTime(**it) for it in times_of(ti, found))
    except Exception as error:  # noqa: BLE001 - whatever it is, a report without a timeline is better than none
        log.warning("The report has no timeline: Airflow has not told when its tasks ran: %s", error)
        return ()
