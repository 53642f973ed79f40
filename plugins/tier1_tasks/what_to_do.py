"""The last lines in the log of a task that has failed: the error, what to do, where the runbook says more."""

from __future__ import annotations

import logging
import textwrap
from typing import Any

from tier1_tasks import runbook
from tier1_tasks.links import page_url
from tier1_tasks.short_errors import short_errors

log = logging.getLogger("tier1")

WIDTH = 96


def say_what_to_do(context: Any) -> None:
    """Say it, as an `on_failure_callback`; below a traceback the error is said again."""
    error = context.get("exception")
    log.info("::endgroup::")  # Airflow calls back within *Post Execute*, which it shows folded
    if error is not None and error is not short_errors.said:
        log.error("%s: %s", type(error).__name__, error)
    log.error("%s", last_words(str(error or ""), context["ti"].task_id))


def last_words(message: str, task_id: str) -> str:
    """Return what the runbook has about a message, and its address."""
    found = runbook.look_up(message, task_id)
    url = page_url(runbook.ADDRESS)
    if found is None:
        return f"The runbook: {url}"
    url = f"{url}#{found.anchor}"
    if not found.what_to_do:
        return f"What to do: {url}"
    advice = textwrap.fill(f"What to do: {runbook.plain_text(found.what_to_do)}", WIDTH)
    return f"{advice}\nThe runbook: {url}"
