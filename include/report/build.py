"""From the facts of a run to its report."""

from collections.abc import Mapping
from dataclasses import fields

from include.report.cost import run_cost
from include.report.model import Facts, Report
from include.report.problems import problems_of, warnings_of


def build_report(facts: Facts, hourly_usd: Mapping[str, float]) -> Report:
    """Judge the facts and add what the run cost.

    Args:
        facts: what is known at the end of the run.
        hourly_usd: price of an hour in US dollars, by instance type.
    """
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return Report(
        **known,
        problems=tuple(problems_of(facts)),
        warnings=tuple(warnings_of(facts)),
        cost=run_cost(facts, hourly_usd),
    )
