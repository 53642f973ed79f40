"""The last lines in the log of a task that has failed: what to do, and where the runbook says more."""

from __future__ import annotations

import logging
import textwrap
from typing import Any

from tier1_tasks import runbook
from tier1_tasks.links import page_url

log = logging.getLogger("tier1")

WIDTH = 96


def say_what_to_do(context: Any) -> None:
    """Say it, as an `on_failure_callback`."""
    log.info("::endgroup::")  # Airflow calls back within *Post Execute*, which it shows folded
    log.error("%s", last_words(str(context.get("exception") or ""), context["ti"].task_id))


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
