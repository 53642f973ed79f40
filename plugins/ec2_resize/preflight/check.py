"""The lines of a preflight's table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WIDEST = 60  # columns line up to here; a longer text moves only its own line
Result = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Check:
    """One line of the table.

    Attributes:
        name: what was checked; the runbook explains it under this name.
        result: `failed` stops the run, `warning` does not.
        found: what was found.
        what_to_do: what to do about it; empty only where the result is `ok`.
    """

    name: str
    result: Result
    found: str
    what_to_do: str = ""


def judge(name: str, found: str, what_to_do: str, *, good: bool, otherwise: Result = "failed") -> Check:
    """Return a line that is `ok` where `good`, or else says what to do."""
    return Check(name, "ok", found) if good else Check(name, otherwise, found, what_to_do)


def table(checks: list[Check]) -> str:
    """Return the checks as text for a log, one per line."""
    rows = [("check", "result", "found", "what to do")]
    rows += [(check.name, check.result, check.found, check.what_to_do) for check in checks]
    widths = [min(max(len(row[column]) for row in rows), WIDEST) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )
