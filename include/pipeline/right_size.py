"""What the stages of a run would have taken on a machine of another size."""

from collections.abc import Iterable

from include.pipeline.estimate import seconds_elsewhere
from include.pipeline.scaling import START_SECONDS, Machines
from include.report.model import StageSummary
from include.settings import AUTO, MonthsAtOnce
from include.store.runs.speeds import Timed


def seconds_on(stages: Iterable[StageSummary], machines: Machines, wanted: MonthsAtOnce) -> float | None:
    """Estimate how long the stages would have taken on these machines, one after the other.

    Args:
        stages: what they did here.
        machines: where they would run.
        wanted: how many months a task computes at the same time; `auto`: no more than it has vCPUs.

    Returns:
        None where nothing was computed, or where it was not measured what a stage did.
    """
    worked = [stage for stage in stages if stage.computed]
    if not worked or not all(it.vcpus and it.at_once and it.seconds > START_SECONDS for it in worked):
        return None
    return sum(
        seconds_elsewhere(_timed(stage), machines, _at_once(stage, machines.vcpus, wanted))
        for stage in worked
    )


def _timed(stage: StageSummary) -> Timed:
    """Return what the stage did, as the completion markers of earlier runs tell it."""
    return Timed(
        stage.stage,
        stage.rows,
        stage.computed,
        stage.vcpus,
        stage.at_once,
        stage.tasks,
        stage.seconds - START_SECONDS,
    )


def _at_once(stage: StageSummary, vcpus: int, wanted: MonthsAtOnce) -> int:
    if wanted != AUTO:
        return stage.at_once
    return max(1, min(stage.at_once, vcpus // stage.tasks))
