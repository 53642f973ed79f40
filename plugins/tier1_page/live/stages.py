"""The stages of a run: how far each is, how fast, and when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from include.stages import STAGES
from tier1_page.live import time_left
from tier1_page.live.in_airflow import RunSeen, Shard, TaskSeen, log_of, run_path
from tier1_page.live.model import Left, Month, MonthState, Stage, Task
from tier1_page.live.months import months_of
from tier1_page.live.wording import AT_WORK, NOT_BEGUN, in_words
from tier1_tasks.names import APPROVE, VERDICT

if TYPE_CHECKING:
    from include.store.runs.durations import PastRun
    from include.store.runs.stage_progress import Progress
    from tier1_page.live.in_database import DatabaseSeen

DONE = frozenset({MonthState.DONE, MonthState.VALID})
FROM_MONTHS = "from this stage's months so far, and how much they differ (9 of 10 times within the range)"
FROM_PROGRESS = "from this stage's months so far; no range before three of them"


def stages_of(
    run: RunSeen,
    seen: DatabaseSeen | None,
    past: Sequence[PastRun],
    shards_elsewhere: Mapping[str, Sequence[Shard]],
    now: datetime,
) -> Iterator[Stage]:
    """Yield each stage of the run."""
    progress = {it.stage: it for it in seen.progress} if seen else {}
    last = past[0].stages if past else {}
    last_tasks = past[0].stage_tasks if past else {}
    for stage in STAGES:
        instances = run.instances_of(stage.task_id)
        state = run.state_of(stage.task_id)
        words, kind = in_words(state)
        months = tuple(
            months_of(run.run_id, stage.name, stage.task_id, instances, run.shards, seen, shards_elsewhere)
        )
        so_far = progress.get(stage.name) if state not in NOT_BEGUN else None
        yield Stage(
            stage=stage.name,
            task_id=stage.task_id,
            state=words,
            kind=kind,
            log=log_of_stage(run.run_id, stage.task_id, instances),
            months=months,
            done=sum(it.state in DONE for it in months) if seen else None,
            valid=sum(it.state is MonthState.VALID for it in months),
            rows=sum(it.rows or 0 for it in months if it.state is MonthState.DONE),
            rows_per_second=so_far.rows_per_second if so_far and so_far.rows else None,
            started=min((it.started for it in instances if it.started), default=None),
            ended=ended(instances),
            left=left_of(months, so_far, now) if state in AT_WORK and so_far else None,
            computing=so_far.seconds if so_far and so_far.computed else None,
            last_seconds=last_tasks.get(stage.task_id),
            last_computing=last[stage.name].seconds if stage.name in last else None,
            last_computed=last[stage.name].computed if stage.name in last else None,
        )


def log_of_stage(run_id: str, task_id: str, instances: Sequence[TaskSeen]) -> str:
    """Return the log to be read first: of a shard that failed, else of the only one, else the list."""
    failed = [it for it in instances if it.state == "failed"]
    if failed or len(instances) == 1:
        return log_of(run_id, task_id, (failed or instances)[0].map_index)
    return f"{log_of(run_id, task_id)}/mapped" if instances else run_path(run_id)


def ended(instances: Sequence[TaskSeen]) -> datetime | None:
    """Return when the last of them ended; None before."""
    times = [it.ended for it in instances]
    return max(it for it in times if it) if times and all(times) else None


def left_of(months: Sequence[Month], progress: Progress, now: datetime) -> Left | None:
    """Return when a stage ends that is at work; None before its first month."""
    seconds = progress.seconds_left
    if seconds is None or progress.updated is None:
        return None
    took = [it.seconds for it in months if it.state is MonthState.DONE and it.seconds is not None]
    to_do = sum(it.state not in DONE for it in months)
    span = time_left.rest_of_stage(seconds, to_do, took)
    how = FROM_MONTHS if span else FROM_PROGRESS
    return time_left.left(now, progress.updated, span or time_left.Span(seconds, seconds, seconds), how)


def tasks_of(run: RunSeen, past: Sequence[PastRun]) -> Iterator[Task]:
    """Yield the other tasks, in the order of the run."""
    last = past[0].tasks if past else {}
    for task_id in ORDER:
        if task_id in STAGE_TASKS:
            continue
        instances = run.instances_of(task_id)
        if not instances:
            continue
        it = instances[0]
        words, kind = in_words(it.state)
        yield Task(
            task_id=task_id,
            state=words,
            kind=kind,
            log=f"{log_of(run.run_id, task_id)}{'/required_actions' if it.state == 'awaiting_input' else ''}",
            started=it.started,
            ended=it.ended,
            last_seconds=last.get(task_id),
        )


STAGE_TASKS = {stage.task_id: stage.name for stage in STAGES}
ORDER = (
    "preflight",
    APPROVE,
    "upsize",
    "verify_host",
    *(it for task_id in STAGE_TASKS for it in (task_id, f"{task_id}_complete")),
    "validate",
    "evaluate",
    "publish",
    "downsize",
    VERDICT,
)
"""The plan, as dags/tier1.py wires it (a test compares them)."""
