"""A person is offered what can be done, and a rejection is none of it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk._shared.module_loading import import_string
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRuntimeError,
    ErrorType,
    TaskAwaitingInput,
    TaskDeferred,
)
from airflow.sdk.execution_time import hitl as hitl_calls
from airflow.sdk.execution_time.comms import ErrorResponse

from tests.tier1_tasks.left import params
from tier1_tasks.approval import approve
from tier1_tasks.earlier_answer import EarlierAnswerTrigger, answer_to
from tier1_tasks.planned import COMPUTE_AS_IT_IS, REJECT, RESIZE_AND_COMPUTE

TI_ID = "01a21c4a-1f8a-78c1-9900-a7b91c16a1c9"


def context(store: dict[str, Any] | None = None, max_tries: int = 3, **changed: Any) -> Any:
    """What Airflow hands to a try; `store` is what earlier tries have kept."""
    kept = {} if store is None else store
    keeps = SimpleNamespace(get=kept.get, set=kept.__setitem__)
    ti = SimpleNamespace(id=TI_ID, max_tries=max_tries)
    return {"params": params(**changed), "task_instance": ti, "ti": ti, "task_state_store": keeps}


def asks(monkeypatch: pytest.MonkeyPatch, found: Any) -> dict[str, Any]:
    """Let a try execute that asks; returns what it asks."""
    asked: dict[str, Any] = {}
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **question: asked.update(question))
    with pytest.raises(TaskAwaitingInput):
        approve().execute(found)
    return asked


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
    asked = asks(monkeypatch, context(resize=resize))
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


def test_a_rejection_by_nobody_in_particular_fails_the_run_as_well() -> None:
    with pytest.raises(AirflowFailException, match="somebody has rejected this run"):
        approve().execute_complete({}, answer(REJECT) | {"responded_by_user": None})


def test_another_try_looks_for_an_answer_before_it_asks_again(monkeypatch) -> None:
    """The try before may have ended because it was answered before Airflow had noted that it waits."""
    store: dict[str, Any] = {}
    assert asks(monkeypatch, context(store))
    with pytest.raises(TaskDeferred) as deferred:
        approve().execute(context(store))
    assert deferred.value.trigger.serialize()[1] == {"ti_id": TI_ID}
    assert deferred.value.method_name == "when_looked_up"


def test_somebody_who_clears_the_task_is_asked_again(monkeypatch) -> None:
    store: dict[str, Any] = {}
    asks(monkeypatch, context(store))
    assert asks(monkeypatch, context(store, max_tries=5))


def test_the_answer_to_an_earlier_try_counts(monkeypatch) -> None:
    found = approve().when_looked_up(context(), {"answer": answer(COMPUTE_AS_IT_IS)})
    assert found["chosen_options"] == [COMPUTE_AS_IT_IS]
    with pytest.raises(AirflowFailException, match="ann has rejected this run"):
        approve().when_looked_up(context(), {"answer": answer(REJECT)})


def test_where_an_earlier_try_was_not_answered_it_is_asked_again(monkeypatch) -> None:
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **_: None)
    with pytest.raises(TaskAwaitingInput):
        approve().when_looked_up(context(), {"answer": None})


def test_that_nobody_answers_is_said_in_words() -> None:
    event = {"error": "The response timeout has passed", "error_type": "timeout"}
    with pytest.raises(AirflowFailException, match=r"Nobody has answered within 24 hours \(TIER1_APPROVAL"):
        approve().execute_complete(context(), event)


def looks_up(monkeypatch: pytest.MonkeyPatch, found: Any) -> Any:
    """The answer, where Airflow says this of the question."""

    def get(ti_id: UUID) -> Any:
        assert str(ti_id) == TI_ID
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(hitl_calls, "get_hitl_detail_content_detail", get)
    return answer_to(TI_ID)


def no_answer(status: int) -> AirflowRuntimeError:
    return AirflowRuntimeError(
        ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": status})
    )


def test_the_trigger_hands_the_answer_on_as_airflow_does(monkeypatch) -> None:
    given = answer(REJECT)
    person = SimpleNamespace(**given["responded_by_user"])
    said = SimpleNamespace(**given | {"responded_by_user": person, "response_received": True})
    assert looks_up(monkeypatch, said) == given
    assert looks_up(monkeypatch, SimpleNamespace(response_received=False)) is None
    assert looks_up(monkeypatch, no_answer(404)) is None


def test_an_api_server_that_does_not_answer_is_no_unanswered_question(monkeypatch) -> None:
    with pytest.raises(AirflowRuntimeError):
        looks_up(monkeypatch, no_answer(500))


def test_the_trigger_survives_a_restart_of_the_triggerer() -> None:
    path, arguments = EarlierAnswerTrigger(TI_ID).serialize()
    assert import_string(path)(**arguments).serialize() == (path, arguments)
