"""The log of a task is for what the task says, not for what the triggerer does with its trigger.

Airflow 3.3.2 writes at INFO into it that a trigger starts, has fired and is completed, through a logger that
has no name, so that no `[logging] namespace_levels` reaches it (`TriggerRunner.log` in
`airflow.jobs.triggerer_job_runner`). A processor of structlog's may leave a line out.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

from tier1_tasks.names import DAG_ID

CHATTER = re.compile(r"trigger .+ starting|Trigger fired event|trigger completed")


def without_chatter(_logger: Any, method: str, event: MutableMapping[str, Any]) -> Any:
    """Leave out these lines of the tasks of our run; what is more than INFO stays."""
    ours = structlog.contextvars.get_contextvars().get("dag_id") == DAG_ID
    if ours and method == "info" and CHATTER.fullmatch(str(event["event"])):
        raise structlog.DropEvent
    return event


def quiet_triggerer() -> None:
    """Do so in this process, which has made a trigger."""
    processors = structlog.get_config()["processors"]
    if without_chatter not in processors:
        processors.insert(0, without_chatter)  # into the list itself: loggers that are in use have it, too
