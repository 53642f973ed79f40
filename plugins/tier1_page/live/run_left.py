"""When the run is going to end: what is left of its tasks, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tier1_page.live import time_left
from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.model import Left, Stage
from tier1_page.live.stages import ORDER, STAGE_TASKS
from tier1_page.live.time_left import Span
from tier1_page.live.wording import AT_WORK, NOT_BEGUN
from tier1_tasks.names import APPROVE, DOWNSIZE, EVALUATE, PREFLIGHT, UPSIZE
from tier1_tasks.planned import ESTIMATE_KEY

if TYPE_CHECKING:
    from include.store.runs.durations import PastRun

FROM_LAST_RUNS = (
    "a stage that computes: from its months so far; all else: from the quickest and the slowest of the last "
    "runs ({})"
)
FROM_ESTIMATE = (
    "a stage that computes: from its months so far; other stages: as preflight has estimated; no run before "
    "this one has succeeded, so that nothing is known of the other tasks"
)


def left_of_run(run: RunSeen, stages: Sequence[Stage], past: Sequence[PastRun], now: datetime) -> Left | None:
    """Return when the run ends; None where nobody can tell: it has not begun, or waits for a person."""
    if run.is_over or run.started is None or run.state_of(APPROVE) == "awaiting_input":
        return None
    estimate = run.left.get((PREFLIGHT, ESTIMATE_KEY))
    if not past and not estimate:
        return None
    resizes = run.choice.resizes
    # of all stages
    estimated = estimate["seconds_big" if resizes else "seconds_as_it_is"] if estimate else 0.0
    total = time_left.NOTHING
    for task_id in ORDER:
        state = run.state_of(task_id)
        if state not in AT_WORK and state not in NOT_BEGUN:
            continue
        if task_id in STAGE_TASKS:
            [stage] = [it for it in stages if it.task_id == task_id]
            total += _rest_of(stage, stages, past, estimated, now)
        else:
            total += _rest_of_task(run, task_id, past, estimate, now, resizes=resizes)
    how = FROM_LAST_RUNS.format(len(past)) if past else FROM_ESTIMATE
    return time_left.left(now, now, total, how)


def _rest_of(
    stage: Stage, stages: Sequence[Stage], past: Sequence[PastRun], estimated: float, now: datetime
) -> Span:
    if stage.left:
        ends = stage.left.ends, stage.left.earliest or stage.left.ends, stage.left.latest or stage.left.ends
        return Span(*(max(0.0, (it - now).total_seconds()) for it in ends))
    to_do = {it.stage: len(it.months) - (it.done or 0) for it in stages}
    span = time_left.of_stage(past, stage.stage, to_do[stage.stage])
    if span is None:
        expected = time_left.shares(to_do, estimated)[stage.stage]
        span = Span(expected, expected, expected)
    return span.less((now - stage.started).total_seconds()) if stage.started else span


def _rest_of_task(
    run: RunSeen, task_id: str, past: Sequence[PastRun], estimate: Any, now: datetime, *, resizes: bool
) -> Span:
    if task_id in {UPSIZE, DOWNSIZE}:
        if not resizes:
            return time_left.NOTHING
        downtime = (estimate or {}).get("downtime_seconds", 0.0)
        span = time_left.of_task(past, task_id) or Span(downtime, downtime, downtime)
    elif task_id == APPROVE or (task_id == EVALUATE and not run.evaluates):
        return time_left.NOTHING
    else:
        span = time_left.of_task(past, task_id) or time_left.NOTHING
    started = next(
        (it.started for it in run.instances_of(task_id) if it.started and it.state in AT_WORK), None
    )
    return span.less((now - started).total_seconds()) if started else span
