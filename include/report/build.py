"""From the facts of a run to its report."""

from dataclasses import fields, replace
from datetime import datetime

from include.report.advice import advice_of
from include.report.model import Facts, Report
from include.report.phases import footnotes, phases_of
from include.report.problems import NOT_BEGUN, problems_of, warnings_of
from include.report.receipt import earlier_attempts, receipt_of, run_cost
from include.report.verdict import verdict_of


def build_report(facts: Facts, before: Report | None = None, *, lost: str = "") -> Report:
    """Judge the facts, and add what follows from them.

    Args:
        facts: those of the run.
        before: the report that the same run has stored before, where it was cleared since.
        lost: why that one is not known, although there may be one; empty where it is known.
    """
    facts = of_this_try(facts)
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return Report(
        **known,
        problems=tuple(problems_of(facts)),
        warnings=tuple(warnings_of(facts)),
        cost=run_cost(facts),
        verdict=verdict_of(facts),
        phases=tuple(phases_of(facts)),
        footnotes=tuple(footnotes()),
        receipt=receipt_of(facts, earlier_attempts(before, facts, lost)),
        advice=tuple(advice_of(facts)),
        order=tuple(facts.tasks),
    )


def of_this_try(facts: Facts) -> Facts:
    """Leave out the resizes of before the run was cleared.

    Airflow keeps what they have left until they run again. So this is what a resize has left that has not
    begun since, and what a downsize has left before the last upsize.
    """
    waiting = {task for task, state in facts.tasks.items() if state in NOT_BEGUN}
    up = None if "upsize" in waiting else facts.upsize
    down = None if "downsize" in waiting else facts.downsize
    if up and down and datetime.fromisoformat(down.finished) < datetime.fromisoformat(up.started):
        down = None
    return replace(facts, upsize=up, downsize=down)
