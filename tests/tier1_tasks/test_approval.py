"""A person is offered what can be done, and a rejection is none of it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from tests.tier1_tasks.left import params
from tier1_tasks.approval import approve
from tier1_tasks.planned import COMPUTE_AS_IT_IS, REJECT, RESIZE_AND_COMPUTE


@pytest.mark.parametrize(
    ("resize", "options"),
    [
        ("always", [RESIZE_AND_COMPUTE, COMPUTE_AS_IT_IS, REJECT]),
        ("if_needed", [RESIZE_AND_COMPUTE, COMPUTE_AS_IT_IS, REJECT]),
        ("never", [COMPUTE_AS_IT_IS, REJECT]),
    ],
)
def test_what_is_offered_is_what_the_parameter_allows(
    monkeypatch: pytest.MonkeyPatch, resize: str, options: list[str]
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **question: asked.update(question))
    context: Any = {"params": params(resize=resize), "task_instance": SimpleNamespace(id="1")}
    with pytest.raises(TaskAwaitingInput):
        approve().execute(context)
    assert (asked["options"], asked["defaults"]) == (options, None)


def answer(option: str) -> dict[str, Any]:
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "responded_by_user": {"id": "1", "name": "ann"},
    }


@pytest.mark.parametrize("option", [RESIZE_AND_COMPUTE, COMPUTE_AS_IT_IS])
def test_an_answer_is_left_for_the_others(option: str) -> None:
    assert approve().execute_complete({}, answer(option))["chosen_options"] == [option]


def test_a_rejection_fails_the_run_and_says_whose_it_is() -> None:
    with pytest.raises(AirflowFailException, match="ann has rejected this run"):
        approve().execute_complete({}, answer(REJECT))
