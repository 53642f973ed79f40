"""The verdict gathers the figures of the plots as far as they can be had."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from embedded.connections import postgres_connection
from include.months import MonthRange
from include.stages import STAGES
from tests.store.history import MONTHS, compute_all, hourly_closes, load_history
from tier1_tasks.instances import Instance
from tier1_tasks.series import series_of
from tier1_tasks.times import BEGAN, leave_beginning, times_of

RUN = "manual"
MONTH = MonthRange(MONTHS[0], MONTHS[0])
WORD = "2026-01-05T10:00:00+00:00"


def task(name: str, state: str | None = "success", map_index: int | None = None) -> Instance:
    return Instance(name if map_index is None else f"{name} [{map_index}]", name, map_index, state)


STAGE_TASKS = [task(stage.task_id) for stage in STAGES]


def verdict_of(
    took: dict[tuple[str, int], float], words: dict[tuple[str, int | None], str] | None = None
) -> Any:
    """The verdict's task instance, to which Airflow tells how long tasks took, and tasks when they began."""
    told = [{"task_id": name, "map_index": at, "duration": it} for (name, at), it in took.items()]
    left = words or {}
    return SimpleNamespace(
        run_id=RUN,
        dag_id="tier1",
        get_task_breadcrumbs=lambda dag_id, run_id: iter(told),
        xcom_pull=lambda task_ids, key, map_indexes: (
            left.get((task_ids, map_indexes)) if key == BEGAN else None
        ),
    )


def test_a_task_leaves_word_of_when_its_try_began_and_not_of_when_it_went_on() -> None:
    left = {}
    ti = SimpleNamespace(
        start_date=datetime(2026, 1, 5, 10, tzinfo=UTC),
        xcom_push=lambda key, value: left.update({key: value}),
    )
    leave_beginning({"ti": ti})
    leave_beginning({"ti": ti})
    assert left == {BEGAN: WORD}


def test_times_are_of_tasks_that_ran_and_have_left_word() -> None:
    ti = verdict_of(
        {
            ("preflight", -1): 9.0,
            ("stage_2_3", 0): 5.0,
            ("stage_2_3", 1): 6.0,
            ("silent", -1): 1.0,
            ("gone", -1): 0.0,
        },
        {
            ("preflight", None): WORD,
            ("stage_2_3", 0): WORD,
            ("stage_2_3", 1): WORD,
            ("gone", None): WORD,
            ("now", None): WORD,
        },
    )
    found = [
        task("preflight"),
        task("stage_2_3", map_index=0),
        task("stage_2_3", "failed", map_index=1),
        task("silent"),
        task("gone", "upstream_failed"),  # of an earlier try
        task("now", "running"),
    ]
    assert [(it["task"], it["seconds"]) for it in times_of(ti, found)] == [
        ("preflight", 9.0),
        ("stage_2_3 [0]", 5.0),
        ("stage_2_3 [1]", 6.0),
    ]


@pytest.fixture
def connection(monkeypatch):
    return lambda url: monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(url))


def test_the_figures_are_gathered(conn, database, connection) -> None:
    connection(database)
    load_history(conn, hourly_closes(100))
    compute_all(database, run_id=RUN, months=MONTHS[:1])
    series = series_of(
        verdict_of({("upsize", -1): 1.0}, {("upsize", None): WORD}), [task("upsize"), *STAGE_TASKS], MONTH
    )
    assert series.unread == ""
    assert [it.task for it in series.tasks] == ["upsize"]
    assert len(series.computed) == 3
    assert series.features
    assert series.features.nulls.months == ("2024-01",)


def test_of_a_run_with_a_stage_that_failed_the_tables_are_not_read(conn, database, connection) -> None:
    connection(database)
    series = series_of(verdict_of({}), [*STAGE_TASKS[:2], task(STAGES[2].task_id, "failed")], MONTH)
    assert series.features is None
    assert series.unread.startswith(f"Not drawn: {STAGES[2].task_id} did not succeed")


def test_a_database_that_is_away_costs_the_figures_and_no_more(database, connection) -> None:
    connection(re.sub(r"/test_\w+", "/nowhere", database))
    series = series_of(
        verdict_of({("upsize", -1): 1.0}, {("upsize", None): WORD}), [task("upsize"), *STAGE_TASKS], MONTH
    )
    assert len(series.tasks) == 1
    assert series.unread.startswith("Not drawn: the figures could not be read: cannot connect to")


def test_an_airflow_that_does_not_answer_costs_the_timeline_and_no_more(conn, database, connection) -> None:
    connection(database)
    load_history(conn, hourly_closes(100))
    compute_all(database, run_id=RUN, months=MONTHS[:1])

    def away(dag_id: str, run_id: str) -> None:
        raise RuntimeError("API_SERVER_ERROR")

    ti = verdict_of({})
    ti.get_task_breadcrumbs = away
    series = series_of(ti, STAGE_TASKS, MONTH)
    assert (series.tasks, series.unread) == ((), "")
    assert series.features


def test_a_word_that_is_no_time_costs_the_timeline_and_no_more() -> None:
    ti = verdict_of({("upsize", -1): 1.0}, {("upsize", None): "<script>"})
    assert series_of(ti, [task("upsize")], None).tasks == ()


def test_without_months_nothing_is_read() -> None:
    series = series_of(verdict_of({}), [], None)
    assert series.unread == "Not drawn: preflight has settled no months."
