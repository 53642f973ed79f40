"""What a run takes besides stages and resizes: as in the last runs, else as measured in a first run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from include.report.worth import about
from tier1_page.before.view import OtherTasks
from tier1_page.live import first_run
from tier1_page.live.stages import ORDER
from tier1_page.live.time_left import span_of
from tier1_tasks.names import APPROVE, DOWNSIZE, EVALUATE, UPSIZE

if TYPE_CHECKING:
    from include.store.runs.durations import PastRun

STILL_SECONDS = 600.0
"""Where no task ran for longer than that, a run was cleared later on: it tells nothing of the next one."""


def other_tasks(past: Sequence[PastRun], *, evaluates: bool) -> OtherTasks:
    """Estimate what comes on top of stages and resizes, without the time in which a person is asked.

    Args:
        past: the last runs that succeeded.
        evaluates: whether the run measures whether the features help.
    """
    left_out = {UPSIZE, DOWNSIZE, APPROVE} | (set() if evaluates else {EVALUATE})
    known = [it for it in (_seconds(run, left_out) for run in past) if it is not None]
    span = span_of(known)
    if span:
        runs = "the last run" if len(known) == 1 else f"the last {len(known)} runs"
        spread = (
            "" if about(span.least) == about(span.most) else f" ({about(span.least)} to {about(span.most)})"
        )
        says = f"{about(span.seconds)} for all other tasks, and until each has started, as in {runs}{spread}"
        return OtherTasks(seconds=span.seconds, least=span.least, most=span.most, says=says)
    seconds = sum(first_run.seconds_of(it) for it in ORDER if it not in left_out)
    says = (
        f"{about(seconds)}, that is {first_run.IN_WORDS}; what these tasks take with your data is "
        "known after a first run"
    )
    return OtherTasks(seconds=seconds, least=seconds, most=seconds, says=says)


def _seconds(run: PastRun, left_out: Collection[str]) -> float | None:
    """Return what a run took besides; None where that is not known, or it lay still in between."""
    if not run.seconds or run.seconds - sum(run.tasks.values()) > STILL_SECONDS:
        return None
    stages = sum(it.seconds for it in run.stages.values())
    return max(0.0, run.seconds - stages - sum(run.tasks.get(it, 0.0) for it in left_out))
