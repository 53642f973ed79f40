"""The answer that an earlier try of the approval was given: a trigger can read it, a task cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from airflow.sdk.exceptions import AirflowRuntimeError
from airflow.triggers.base import BaseTrigger, TriggerEvent

# So long after its process has ended, Airflow has noted that the task waits: only then is it safe to go on.
SETTLED_AFTER_SECONDS = 5.0
NOT_FOUND = 404


class EarlierAnswerTrigger(BaseTrigger):
    """Fires with the answer that was given before, in the form in which Airflow hands one on, or with none.

    Args:
        ti_id: the id of the task instance. Airflow keeps the question, and the answer, for its next try.
    """

    def __init__(self, ti_id: str) -> None:
        super().__init__()
        self.ti_id = ti_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"ti_id": self.ti_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look once."""
        await asyncio.sleep(SETTLED_AFTER_SECONDS)
        yield TriggerEvent({"answer": await asyncio.to_thread(answer_to, self.ti_id)})


def answer_to(ti_id: str) -> dict[str, Any] | None:
    """Return what was answered; None where nobody has answered yet, or nobody was asked."""
    from airflow.sdk.execution_time.hitl import get_hitl_detail_content_detail

    try:
        found = get_hitl_detail_content_detail(UUID(ti_id))
    except AirflowRuntimeError as error:
        if (error.error.detail or {}).get("status_code") == NOT_FOUND:
            return None
        raise
    if not found.response_received:
        return None
    person = found.responded_by_user
    return {
        "chosen_options": list(found.chosen_options or []),
        "params_input": found.params_input or {},
        "responded_at": found.responded_at,
        "responded_by_user": {"id": person.id, "name": person.name} if person else None,
    }
