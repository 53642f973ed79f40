"""Which lines of a table of checks stop the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ec2_resize.preflight.check import Check


def failures(checks: list[Check]) -> list[str]:
    """Return what keeps the run from going on, each with what to do."""
    return [
        f"{check.name}: {check.found} {check.what_to_do}".strip()
        for check in checks
        if check.result == "failed"
    ]
