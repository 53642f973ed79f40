"""Which size is right: what the stages used of the instance, and whether growing has paid."""

from collections.abc import Iterator

from include.report.model import Facts, StageSummary
from include.report.worth import about

BASE_UNKNOWN = "What the same run would have taken on {type} is not known: {why}"
NO_VCPUS, NO_ANSWER = "AWS did not say how many vCPUs it has", "AWS did not answer"
WITH_AIRFLOW = (
    "The stages ran with Airflow, not on {id}: growing makes nothing faster. Give the instance a worker "
    "(TIER1_STAGE_QUEUE), or start such a run with resize never"
)
SOONER_SMALL = (
    "Growing took {away} of downtime to save {saved}: with resize if_needed such a run computes on {type} "
    "as it is"
)
HAS_PAID = "Growing saved {saved} and took {away} of downtime: it has paid"
AS_IT_IS_WAS_RIGHT = "It ran on {type} as it was, and no resize took the instance away"


def advice_of(facts: Facts) -> Iterator[str]:
    """Yield a sentence, without a full stop, for each thing that was measured."""
    worked = [stage for stage in facts.stages if stage.computed]
    if not worked:
        none = "No month was computed" if facts.stages else "No stage has ended well"
        yield f"{none}, so that nothing can be said about the right size"
        return
    yield _used(worked)
    if facts.estimate is not None and not facts.estimate.on_the_instance:
        yield WITH_AIRFLOW.format(id=facts.parameters["instance_id"])
        return
    yield from _on_base_type(facts, sum(stage.seconds for stage in worked))


def _used(worked: list[StageSummary]) -> str:
    """Say how much of the processors the stages used, and how much of their time they waited."""
    known = [stage for stage in worked if stage.cpu_seconds is not None and stage.seconds]
    if len(known) < len(worked):
        return "How much of the processors the stages used was not measured"
    seconds, cpu = sum(it.seconds for it in known), sum(it.cpu_seconds or 0 for it in known)
    of_months = sum(it.month_seconds for it in known)
    waited = sum(it.waited_seconds for it in known) / of_months if of_months else 0.0
    at_once, tasks = max(it.at_once for it in known), max(it.tasks for it in known)
    in_each = f" in each of {tasks} tasks" if tasks > 1 else ""
    return (
        f"The stages used {cpu:.1f} s of processor time in {seconds:.1f} s, {cpu / seconds:.1f} of "
        f"{max(it.vcpus for it in known)} vCPUs, without PostgreSQL's; with {at_once} "
        f"month{'s' if at_once != 1 else ''} at a time{in_each}, the months spent {100 * waited:.0f} % of "
        "their time waiting for the database"
    )


def _on_base_type(facts: Facts, seconds: float) -> Iterator[str]:
    base, base_type = facts.on_base_type, facts.parameters["base_type"]
    if facts.big_type is None:
        if facts.is_untouched and facts.instance:
            yield AS_IT_IS_WAS_RIGHT.format(type=facts.instance.type)
        return
    if base is None:
        yield BASE_UNKNOWN.format(type=base_type, why=NO_VCPUS if facts.instance else NO_ANSWER)
        return
    yield (
        f"The same run would have taken about {about(base.seconds)} on {base.type} with its {base.vcpus} "
        f"vCPUs, instead of {about(seconds)} on {facts.big_type}"
    )
    away = sum(it.downtime_seconds for it in (facts.upsize, facts.downsize) if it)
    saved = max(0.0, base.seconds - seconds)
    said = SOONER_SMALL if saved < away else HAS_PAID
    yield said.format(away=about(away), saved=about(saved) if saved else "nothing", type=base.type)
