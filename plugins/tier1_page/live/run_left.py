"""When the run is going to end: what is left of its tasks, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tier1_page.live import first_run, time_left
from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.model import AfterAnswer, Left, Stage
from tier1_page.live.stages import ORDER, STAGE_TASKS
from tier1_page.live.time_left import Span
from tier1_page.live.wording import AT_WORK, NOT_BEGUN
from tier1_tasks.names import APPROVE, DOWNSIZE, EVALUATE, PREFLIGHT, UPSIZE
from tier1_tasks.planned import COMPUTE_AS_IT_IS, ESTIMATE_KEY, RESIZE_AND_COMPUTE

if TYPE_CHECKING:
    from include.store.runs.durations import PastRun

FROM_LAST_RUNS = (
    "a stage that computes: from its months so far; all else: from the quickest and the slowest of the last "
    "runs ({})"
)
FROM_ESTIMATE = (
    "a stage that computes: from its months so far; other stages and the resizes: as preflight has estimated"
    f"; no run before this one has succeeded: so {first_run.IN_WORDS}"
)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of the run.

    Attributes:
        tasks: of each task that is at work, or to come, in the order of the run.
        how: what that is worked out from.
        resizes: whether it makes the instance big, as decided or proposed.
    """

    tasks: Mapping[str, Span]
    how: str
    resizes: bool

    @property
    def total(self) -> Span:
        """All of it."""
        return sum(self.tasks.values(), time_left.NOTHING)


def rest_of_run(run: RunSeen, stages: Sequence[Stage], past: Sequence[PastRun], now: datetime) -> Rest | None:
    """Return what is left of the run; None where nobody can tell, or nothing is."""
    if run.is_over or run.started is None:
        return None
    estimate = run.left.get((PREFLIGHT, ESTIMATE_KEY))
    if not past and not estimate:
        return None
    resizes = run.choice.resizes
    # of all stages
    estimated = estimate["seconds_big" if resizes else "seconds_as_it_is"] if estimate else 0.0
    rest: dict[str, Span] = {}
    for task_id in ORDER:
        state = run.state_of(task_id)
        if state not in AT_WORK and state not in NOT_BEGUN:
            continue
        if task_id in STAGE_TASKS:
            [stage] = [it for it in stages if it.task_id == task_id]
            rest[task_id] = _rest_of(stage, stages, past, estimated, now)
        else:
            rest[task_id] = _rest_of_task(run, task_id, past, estimate, now, resizes=resizes)
    return Rest(rest, FROM_LAST_RUNS.format(len(past)) if past else FROM_ESTIMATE, resizes)


def left_of_run(run: RunSeen, rest: Rest | None, now: datetime) -> Left | None:
    """Return when the run ends; None where nobody can tell: it has not begun, or waits for a person."""
    if rest is None or asks(run):
        return None
    return time_left.left(now, now, rest.total, rest.how)


def after_answer(run: RunSeen, rest: Rest | None) -> AfterAnswer | None:
    """Return how long the run takes from the answer on; None where it does not ask, or nobody can tell."""
    if rest is None or not asks(run):
        return None
    answer = RESIZE_AND_COMPUTE if rest.resizes else COMPUTE_AS_IT_IS
    return AfterAnswer(seconds=rest.total.seconds, answer=answer, how=rest.how)


def asks(run: RunSeen) -> bool:
    """Tell whether the run waits for a person's answer."""
    return run.state_of(APPROVE) == "awaiting_input"


def _rest_of(
    stage: Stage, stages: Sequence[Stage], past: Sequence[PastRun], estimated: float, now: datetime
) -> Span:
    if stage.left:
        ends = stage.left.ends, stage.left.earliest or stage.left.ends, stage.left.latest or stage.left.ends
        return Span(*(max(0.0, (it - now).total_seconds()) for it in ends))
    to_do = {it.stage: len(it.months) - (it.done or 0) for it in stages}
    span = time_left.of_stage(past, stage.stage, to_do[stage.stage])
    if span is None:
        span = _just(time_left.shares(to_do, estimated)[stage.stage])
    span += time_left.beside_months(past, stage.task_id, stage.stage) or _just(
        first_run.seconds_of(stage.task_id)
    )
    return span.less((now - stage.started).total_seconds()) if stage.started else span


def _rest_of_task(
    run: RunSeen, task_id: str, past: Sequence[PastRun], estimate: Any, now: datetime, *, resizes: bool
) -> Span:
    is_resize = task_id in {UPSIZE, DOWNSIZE}
    if task_id == APPROVE or (task_id == EVALUATE and not run.evaluates) or (is_resize and not resizes):
        return time_left.NOTHING
    span = time_left.of_task(past, task_id)
    if span is None:
        span = _just(first_run.seconds_of(task_id))
        if is_resize:
            span += _just((estimate or {}).get("downtime_seconds", 0.0))
    started = next(
        (it.started for it in run.instances_of(task_id) if it.started and it.state in AT_WORK), None
    )
    return span.less((now - started).total_seconds()) if started else span


def _just(seconds: float) -> Span:
    return Span(seconds, seconds, seconds)
