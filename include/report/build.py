"""From the facts of a run to its report."""

from dataclasses import fields

from include.report.advice import advice_of
from include.report.model import Facts, Report
from include.report.phases import footnotes, phases_of
from include.report.problems import problems_of, warnings_of
from include.report.receipt import receipt_of, run_cost
from include.report.verdict import verdict_of


def build_report(facts: Facts) -> Report:
    """Judge the facts, and add what follows from them."""
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return Report(
        **known,
        problems=tuple(problems_of(facts)),
        warnings=tuple(warnings_of(facts)),
        cost=run_cost(facts),
        verdict=verdict_of(facts),
        phases=tuple(phases_of(facts)),
        footnotes=tuple(footnotes()),
        receipt=receipt_of(facts),
        advice=tuple(advice_of(facts)),
        order=tuple(facts.tasks),
    )
