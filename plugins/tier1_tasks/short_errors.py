"""An error that says what is wrong needs no traceback, which would push its words out of sight.

Airflow 3.3.2 writes the traceback of whatever a task raises, in the process of the task
(`airflow.sdk.execution_time.task_runner`), through structlog; a processor of structlog's may change a line.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from tier1_tasks import runbook

FAILED = "Task failed with exception"
OUR_ROOMS = ("include.", "ec2_instance.", "ec2_resize.", "tier1_tasks.")
OURS = "report it"  # so the runbook ends where the mistake is in the product


def is_expected(error: BaseException) -> bool:
    """Tell whether an error is one for the operator: the product's own, with a sentence of the runbook."""
    if isinstance(error, AirflowFailException) or (type(error) is AirflowException and not error.__cause__):
        return True
    if type(error) is not ValueError and not type(error).__module__.startswith(OUR_ROOMS):
        return False  # such as a KeyError, whose only word may be a name that the runbook has, too
    found = runbook.look_up(str(error), "")
    return found is not None and bool(found.what_to_do) and OURS not in found.what_to_do


class ShortErrors:
    """A processor that puts the words of an expected error in the place of its traceback.

    Attributes:
        said: the error whose words it has put there.
    """

    def __init__(self) -> None:
        self.said: BaseException | None = None

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
        """Change the line in which Airflow says that the task has failed, and no other."""
        error = sys.exception()
        if error and event.get("exc_info") is True and event["event"] == FAILED and is_expected(error):
            self.said = error
            event.update(event=str(error), exc_info=None)
        return event


short_errors = ShortErrors()


def say_errors_in_short(_context: Any) -> None:
    """Do so for the rest of this process, as an `on_execute_callback`."""
    processors = structlog.get_config()["processors"]
    if short_errors not in processors:
        processors.insert(0, short_errors)  # into the list itself: loggers that are in use have it, too
