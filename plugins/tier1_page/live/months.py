"""How each month of a stage stands, and whose log says more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tier1_page.live.in_airflow import Shard, TaskSeen, log_of
from tier1_page.live.model import Month, MonthState

if TYPE_CHECKING:
    from tier1_page.live.in_database import DatabaseSeen


# In these states the times that Airflow has of the task are those of its present try.
TRIED = frozenset({"running", "deferred", "failed"})


@dataclass(frozen=True, slots=True)
class Made:
    """Who computed a month, how many rows it has, how long that took, and when it was finished."""

    run_id: str
    rows: int
    seconds: float
    finished: datetime


def made_by(seen: DatabaseSeen, run_id: str, stage: str) -> dict[str, Made]:
    """Return who computed each month of a stage: this run, where its report says so, else its marker's.

    A later run may have computed a month again since.
    """
    found = {
        it.month: Made(it.run_id, it.rows, it.seconds, it.finished)
        for it in seen.finished
        if it.stage == stage
    }
    series = seen.report.series if seen.report else None
    for it in (series.computed if series else None) or ():
        if it.stage == stage:
            began, ended = (datetime.fromisoformat(text) for text in (it.began, it.ended))
            found[it.month] = Made(run_id, it.rows, (ended - began).total_seconds(), ended)
    return found


def months_of(
    run_id: str,
    stage: str,
    task_id: str,
    instances: Sequence[TaskSeen],
    shards: Sequence[Shard],
    seen: DatabaseSeen | None,
    shards_elsewhere: Mapping[str, Sequence[Shard]],
) -> Iterator[Month]:
    """Yield each month of a stage.

    Args:
        run_id: the run.
        stage: the stage's name.
        task_id: its task.
        instances: the task's instances.
        shards: the months of each.
        seen: what the database tells; None where it has not told anything yet.
        shards_elsewhere: those of the runs that have computed months before.
    """
    by_index = {it.map_index: it for it in instances}
    if seen is None:
        yield from (Month(month=month, state=MonthState.UNKNOWN) for shard in shards for month in shard)
        return
    made = made_by(seen, run_id, stage)
    to_do = seen.to_do.get(stage, ())
    for index, shard in enumerate(shards):
        task = by_index.get(index, TaskSeen(task_id, index))
        for month in shard:
            who = made.get(month)
            state = state_of(
                run_id,
                task,
                who,
                fits=month not in to_do,
                is_at_work=(stage, month) in seen.at_work,
            )
            if who and state is MonthState.VALID and who.run_id != run_id:
                log = log_elsewhere(who.run_id, task_id, month, shards_elsewhere)
                yield Month(month=month, state=state, rows=who.rows, seconds=who.seconds,
                            made_by=who.run_id, log=log)  # fmt: skip
                continue
            done = who if state is MonthState.DONE else None
            yield Month(
                month=month,
                state=state,
                rows=done.rows if done else None,
                seconds=done.seconds if done else None,
                log=log_of(run_id, task_id, index) if task.state is not None else "",
            )


def state_of(run_id: str, task: TaskSeen, made: Made | None, *, fits: bool, is_at_work: bool) -> MonthState:
    """Tell how a month stands.

    Args:
        run_id: the run.
        task: what has to see to the month.
        made: who has computed it; None where nobody has.
        fits: whether that is still valid, as far as is known without reading prices.
        is_at_work: whether it is being computed.
    """
    if is_at_work and task.state in {"running", "up_for_retry", "deferred"}:
        return MonthState.RUNNING
    if made and made.run_id == run_id:
        if fits or task.state == "success" or _is_of_this_try(made, task):
            return MonthState.DONE
    elif made and (task.state == "success" or (fits and not _came_later(made, task))):
        return MonthState.VALID
    return MonthState.FAILED if task.state == "failed" else MonthState.TO_DO


def _is_of_this_try(made: Made, task: TaskSeen) -> bool:
    """Tell whether the task's present try has computed it: that try does not do so again."""
    return task.state in TRIED and task.started is not None and made.finished >= task.started


def _came_later(made: Made, task: TaskSeen) -> bool:
    """Tell whether it was computed only after the task had failed."""
    return task.state == "failed" and task.ended is not None and made.finished > task.ended


def log_elsewhere(run_id: str, task_id: str, month: str, shards: Mapping[str, Sequence[Shard]]) -> str:
    """Return the log of the task of another run that has computed a month; empty where Airflow has none."""
    for index, shard in enumerate(shards.get(run_id, ())):
        if shard.first <= month <= shard.last:
            return log_of(run_id, task_id, index)
    return ""


def others(seen: DatabaseSeen, run_id: str) -> frozenset[str]:
    """Return the other runs that have computed months of this one."""
    return frozenset(it.run_id for it in seen.finished) - {run_id}
