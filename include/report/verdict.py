"""The verdict on a run: work, validation and infrastructure, each by itself."""

from include.report.model import Facts, Standing, Verdict, VerdictLine
from include.report.problems import NOT_BEGUN, is_well, names_of, was_never_big

UPSIZE, _ = RESIZES = ("upsize", "downsize")
VALIDATE = "validate"
LOOKED = frozenset({"success", "failed"})
"""States in which what validate has left is of its last try."""


def verdict_of(facts: Facts) -> Verdict:
    """Judge the facts."""
    return Verdict(work=_work(facts), validation=_validation(facts), infrastructure=_infrastructure(facts))


def _work(facts: Facts) -> VerdictLine:
    states = {task: state for task, state in facts.tasks.items() if task not in {*RESIZES, VALIDATE}}
    if not states:
        return _unknown("nobody knows the tasks of this run")
    failed = [task for task, state in states.items() if state == "failed"]
    others = [task for task in states if task not in failed and not is_well(facts, task)]
    if failed or others:
        said = [f"{names_of(failed)} failed"] if failed else []
        said += [f"{names_of(others)} {'have' if len(others) > 1 else 'has'} not succeeded"] if others else []
        return _not_well("; ".join(said) + ("" if facts.stages else _left(facts)))
    rows, computed = (sum(getattr(it, what) for it in facts.stages) for what in ("rows", "computed"))
    months = f"{facts.plan.first_month} .. {facts.plan.last_month}" if facts.plan else "all months"
    valid = sum(it.months for it in facts.stages) - computed
    return _well(
        f"{months} of {len(facts.stages)} stages are done: {computed} computed, {rows:,} rows"
        + (f"; {valid} were still valid" if valid else "")
    )


def _left(facts: Facts) -> str:
    """Say what stages have computed of which none has ended well."""
    computed = facts.series.computed if facts.series else None
    if computed:
        return (
            f": {len(computed)} month{'s' if len(computed) > 1 else ''} of stages had been computed by then"
        )
    if computed is None and facts.plan is not None:  # without a plan no stage begins
        return ": how much was computed before is not known"
    return ": nothing was computed"


def _validation(facts: Facts) -> VerdictLine:
    state, found = facts.tasks.get(VALIDATE), facts.validation
    if state not in LOOKED or not found:
        ended = {"failed": "failed", "success": "left nothing"}.get(state or "", "has not looked")
        return _unknown(f"validate {ended}, so that no claim about the features is known to hold")
    against = [finding.claim for finding in found if finding.against]
    if against:
        verb = "does" if len(against) == 1 else "do"
        return _not_well(f"{len(against)} of {len(found)} claims {verb} not hold: {names_of(against)}")
    if state == "failed":
        return _unknown(f"validate failed, although none of the {len(found)} claims is contradicted")
    return _well(f"all {len(found)} claims about the features hold")


def _infrastructure(facts: Facts) -> VerdictLine:
    instance_id, now = facts.parameters["instance_id"], facts.instance
    if now is None:
        untouched = "; this run has not touched it" if facts.is_untouched else ""
        return _unknown(f"AWS did not answer, so that nobody knows what {instance_id} is now{untouched}")
    what = f"{instance_id} is now {now.state} as {now.type}{f', {now.rung}' if now.rung else ''}"
    if facts.is_untouched:
        left_big = now.is_big and now.holder is None
        said = f"{what}{', which no run has leased' if left_big else ''}; this run has not touched it"
        return _not_well(said) if left_big else _well(said)
    wrong = [f"{task} has not succeeded" for task in RESIZES if _is_wrong(facts, task)]
    resizes = zip(RESIZES, (facts.upsize, facts.downsize), strict=True)
    wrong += [f"AWS refused what {task} asked for" for task, it in resizes if it and it.outcome != "wanted"]
    if (now.type, now.state) != (facts.parameters["base_type"], "running"):
        wrong.append(f"it ought to be running as {facts.parameters['base_type']}")
    return _not_well("; ".join([what, *wrong])) if wrong else _well(what)


def _is_wrong(facts: Facts, task: str) -> bool:
    """Tell whether a resize is not as it ought to be: a way up that was never begun needs no way back."""
    may_be_missing = NOT_BEGUN if task == UPSIZE or was_never_big(facts) else {None}
    return facts.tasks.get(task) not in may_be_missing and not is_well(facts, task)


def _well(why: str) -> VerdictLine:
    return VerdictLine(standing=Standing.WELL, why=why)


def _not_well(why: str) -> VerdictLine:
    return VerdictLine(standing=Standing.NOT_WELL, why=why)


def _unknown(why: str) -> VerdictLine:
    return VerdictLine(standing=Standing.UNKNOWN, why=why)
