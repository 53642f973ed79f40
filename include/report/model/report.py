"""The facts of a run and what follows from them, and the JSON that is stored."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from include.report.model.facts import Facts
from include.report.model.receipt import Cost


class UnreadableReportError(ValueError):
    """A stored report lacks what every report has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Facts):
    """The facts, and what follows from them.

    Attributes:
        problems: what went wrong, each with what to do next; empty where the run succeeded.
        warnings: what a person should know all the same.
        cost: what the big instance cost; None where there was none, or where its price is not configured.
    """

    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    cost: Cost | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the plain values that are stored in tier1.run_report, which people's scripts read."""
        return _REPORT.dump_python(self, mode="json")

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Report":
        """Read a stored report, also one of an older version: keys that it lacks have their defaults.

        Raises:
            UnreadableReportError: a key is missing that every report has, or has no sensible value.
        """
        try:
            return _REPORT.validate_python(stored)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise UnreadableReportError(
                f"The report of run {stored.get('run_id')} cannot be read: {where}: {first['msg']}. "
                "Clear the task verdict of that run to write the report again."
            ) from error


_REPORT = TypeAdapter(Report)
