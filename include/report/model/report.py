"""The facts of a run and what follows from them, and the JSON that is stored."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from include.report.model.facts import Facts
from include.report.model.phases import Phase
from include.report.model.receipt import Cost, Receipt
from include.report.model.verdict import Verdict

SCHEMA = 2
"""The version of the JSON. It rises where a key changes its meaning or goes, not where one is added."""


class UnreadableReportError(ValueError):
    """A stored report lacks what every report has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Facts):
    """The facts, and what follows from them.

    Attributes:
        problems: what went wrong, each with what to do next; empty where the run succeeded.
        warnings: what a person should know all the same.
        cost: what the big instance cost; None where there was none, or where its price is not known.
        verdict: work, validation and infrastructure, each by itself; None in a report of an older version.
        phases: the runbook's plan beside what happened.
        footnotes: what is wrong in the runbook's plan.
        receipt: what the run cost; None in a report of an older version.
        advice: what was used of the instance, and whether growing has paid, a sentence each.
        order: the tasks in the order of the run: PostgreSQL keeps the keys of `tasks` in one of its own.
        schema: the version of this JSON, SCHEMA; reports of before have none.
    """

    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    cost: Cost | None = None
    verdict: Verdict | None = None
    phases: tuple[Phase, ...] = ()
    footnotes: tuple[str, ...] = ()
    receipt: Receipt | None = None
    advice: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    schema: Annotated[int, Field(json_schema_extra={"const": SCHEMA})] = SCHEMA

    def to_json(self) -> dict[str, Any]:
        """Give the plain values that are stored in tier1.run_report, which people's scripts read."""
        return REPORT.dump_python(self, mode="json")

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Report":
        """Read a stored report, also one of an older version: keys that it lacks have their defaults.

        Raises:
            UnreadableReportError: a key is missing that every report has, or has no sensible value.
        """
        try:
            found = REPORT.validate_python({**stored, "schema": SCHEMA})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise UnreadableReportError(
                f"The report of run {stored.get('run_id')} cannot be read: {where}: {first['msg']}. "
                "Clear the task verdict of that run to write the report again."
            ) from error
        in_order = dict.fromkeys(task for task in (*found.order, *found.tasks) if task in found.tasks)
        return replace(found, tasks={task: found.tasks[task] for task in in_order})


REPORT = TypeAdapter(Report)
"""Reads and writes the JSON, and states its schema."""
