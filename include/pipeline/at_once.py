"""How many months a task computes at the same time."""

import os

from include.settings import AUTO, MOST_MONTHS_AT_ONCE, Settings


def months_at_once(settings: Settings) -> int:
    """Return what the settings say; for `auto`, what this host has vCPUs for."""
    if settings.months_at_once != AUTO:
        return settings.months_at_once
    return min(len(os.sched_getaffinity(0)), MOST_MONTHS_AT_ONCE)
