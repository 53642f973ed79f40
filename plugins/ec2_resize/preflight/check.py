"""The lines of a preflight's table, and how a log shows them."""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

WIDTH = 96  # columns: fits a log beside the list of tasks, and a terminal
Result = Literal["ok", "warning", "failed"]
LEVELS: Final[Mapping[Result, int]] = {
    "failed": logging.ERROR,
    "warning": logging.WARNING,
    "ok": logging.INFO,
}
"""How a log marks each result, the worst first."""


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


def tell(log: logging.Logger, title: str, checks: Sequence[Check]) -> None:
    """Log the checks: first, each by itself, what failed or warns, with what to do; the rest is folded.

    Airflow's page of a log opens `::group::` where somebody clicks on it.
    """
    by_result = {result: [it for it in checks if it.result == result] for result in LEVELS}
    counts = [f"{len(found)} {result}" for result, found in by_result.items() if found]
    log.info("%s: %s", title, ", ".join(counts) or "nothing to check")
    for result, level in LEVELS.items():
        for check in by_result[result] if result != "ok" else ():
            log.log(level, "%s", in_words(check))
    if fine := by_result["ok"]:
        log.info("::group::%d ok", len(fine))
        log.info("%s", table(fine))
        log.info("::endgroup::")


def in_words(check: Check) -> str:
    """Return a check as a few short lines: its name and result, what was found, what to do."""
    lines = [f"{check.name}: {check.result}", *_wrapped(check.found, "    ")]
    return "\n".join([*lines, *_wrapped(check.what_to_do, "    -> ")])


def _wrapped(text: str, begins: str) -> list[str]:
    """Break a text into lines of WIDTH; commands and names in it are not broken."""
    after = " " * len(begins)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=begins,
        subsequent_indent=after,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(checks: Sequence[Check]) -> str:
    """Return the names and what was found as text for a log; a long text goes on in the next line."""
    name = max(len(check.name) for check in checks) + 2
    rows = (_wrapped(check.found, check.name.ljust(name)) or [check.name] for check in checks)
    return "\n".join(line for row in rows for line in row)
