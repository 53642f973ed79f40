"""What tasks leave behind is read as they meant it."""

from types import SimpleNamespace
from typing import Any

import pytest

from tier1_tasks.planned import why_failed


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
