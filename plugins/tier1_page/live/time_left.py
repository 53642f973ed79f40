"""When a stage, and the run, are going to end: from the months of the run, and from the last runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median, stdev
from typing import TYPE_CHECKING

from tier1_page.live.model import Left

if TYPE_CHECKING:
    from include.store.runs.durations import PastRun

FEWEST_MONTHS = 3  # of which a spread says something
NINE_OF_TEN = 1.64
ROUND_SECONDS = 5  # so that a page of which nothing else changes does not change each second


@dataclass(frozen=True, slots=True)
class Span:
    """A time that something takes, and between which it lies as far as is known; seconds."""

    seconds: float
    least: float
    most: float

    def __add__(self, other: Span) -> Span:
        return Span(self.seconds + other.seconds, self.least + other.least, self.most + other.most)

    def less(self, seconds: float) -> Span:
        """Return what is left of it after so many seconds."""
        return Span(*(max(0.0, it - seconds) for it in (self.seconds, self.least, self.most)))


NOTHING = Span(0.0, 0.0, 0.0)


def rest_of_stage(seconds_left: float, months_left: int, month_seconds: Sequence[float]) -> Span | None:
    """Return what is left of a stage that computes; None where too few months were computed to tell a range.

    Nine of ten times it lies between the two: the months left are taken to spread as those before did, and
    their mean is known only as well as so few months tell it.

    Args:
        seconds_left: as the stage's progress has it.
        months_left: how many months that is.
        month_seconds: what each month before took.
    """
    if len(month_seconds) < FEWEST_MONTHS or months_left < 1:
        return None
    spread = stdev(month_seconds) / mean(month_seconds) if mean(month_seconds) else 0.0
    part = NINE_OF_TEN * spread * math.sqrt(1 / months_left + 1 / len(month_seconds))
    return Span(seconds_left, max(0.0, seconds_left * (1 - part)), seconds_left * (1 + part))


def span_of(durations: Sequence[float]) -> Span | None:
    """Return what the last runs took: the middle one, the quickest, the slowest; None without any."""
    return Span(median(durations), min(durations), max(durations)) if durations else None


def of_stage(past: Sequence[PastRun], stage: str, months: int) -> Span | None:
    """Return what so many months of a stage took in the last runs; None where none has computed any."""
    each = [it.stages[stage] for it in past if stage in it.stages and it.stages[stage].computed]
    return span_of([months * it.seconds / it.computed for it in each]) if months else NOTHING


def of_task(past: Sequence[PastRun], task_id: str) -> Span | None:
    """Return what a task took in the last runs."""
    return span_of([it.tasks[task_id] for it in past if task_id in it.tasks])


def beside_months(past: Sequence[PastRun], task_id: str, stage: str) -> Span | None:
    """Return what the task of a stage took besides computing in the last runs; None without any."""
    both = [(it.stage_tasks.get(task_id), it.stages.get(stage)) for it in past]
    return span_of([max(0.0, took - it.seconds) for took, it in both if took is not None and it is not None])


def left(now: datetime, begins: datetime, span: Span, how: str) -> Left:
    """Return when something ends that takes so long, in whole steps of a few seconds and not before now."""

    def ends(seconds: float) -> datetime:
        moment = max(begins + timedelta(seconds=seconds), now).timestamp()
        return datetime.fromtimestamp(math.ceil(moment / ROUND_SECONDS) * ROUND_SECONDS, now.tzinfo)

    is_range = span.most - span.least > ROUND_SECONDS
    return Left(
        ends=ends(span.seconds),
        earliest=ends(span.least) if is_range else None,
        latest=ends(span.most) if is_range else None,
        how=how,
    )


def shares(to_do: Mapping[str, int], seconds: float) -> dict[str, float]:
    """Share the time that preflight has estimated for all stages out to each, by the months that it has."""
    months = sum(to_do.values())
    return {stage: seconds * count / months if months else 0.0 for stage, count in to_do.items()}
