"""What tasks leave behind is read as they meant it."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.tier1_tasks.left import answered, proposed, task_instance
from tier1_tasks.planned import (
    COMPUTE_AS_IT_IS,
    RESIZE_AND_COMPUTE,
    Choice,
    choice_of,
    resizes,
    why_failed,
)


def task_that_left(why: str | None) -> Any:
    return SimpleNamespace(xcom_pull=lambda task_ids, key, map_indexes: why)


@pytest.mark.parametrize(
    ("left", "why"),
    [
        (None, None),
        ("", ""),
        ("no such table", "no such table"),
        ('"No worker on i-1: \\"big\\""', 'No worker on i-1: "big"'),
        ('"prices" does not exist', '"prices" does not exist'),
    ],
    ids=["another task", "silent", "on the worker", "in the triggerer", "begins with a quotation mark"],
)
def test_why_a_task_has_failed_is_what_it_said_wherever_it_failed(left: str | None, why: str | None) -> None:
    assert why_failed(task_that_left(left), "stage_2_3") == why


@pytest.mark.parametrize("proposal", [True, False])
def test_without_an_answer_the_proposal_of_preflight_counts(*, proposal: bool) -> None:
    ti = task_instance(proposed(proposed=proposal, why="it pays"))
    assert choice_of(ti) == Choice(proposal, "it pays")


@pytest.mark.parametrize("proposal", [True, False])
@pytest.mark.parametrize(("option", "does"), [(RESIZE_AND_COMPUTE, True), (COMPUTE_AS_IT_IS, False)])
def test_an_answer_counts_more_than_the_proposal(option: str, *, does: bool, proposal: bool) -> None:
    ti = task_instance(proposed(proposed=proposal) | answered(option))
    assert choice_of(ti) == Choice(does, f"ann has chosen '{option}'")


def test_an_answer_of_an_older_version_is_a_yes() -> None:
    assert resizes(task_instance(answered("Approve")))


def test_an_answer_of_nobody_is_one_of_somebody() -> None:
    assert choice_of(task_instance(answered(COMPUTE_AS_IT_IS, None))).why.startswith("somebody has chosen")


def test_never_is_never_whatever_anybody_has_answered() -> None:
    left = proposed(proposed=True) | answered(RESIZE_AND_COMPUTE)
    assert choice_of(task_instance(left, resize="never")) == Choice(
        resizes=False, why="the parameter resize is never"
    )


@pytest.mark.parametrize("resize", ["always", "if_needed"])
def test_where_nobody_has_decided_a_run_counts_as_one_that_resizes(resize: str) -> None:
    assert resizes(task_instance(resize=resize))
