"""How long a run and its stages took, and take, as the page of the run says it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tier1_page import made_up
from tests.tier1_page.made_up import (
    MONTHS,
    NOW,
    STAGE,
    asking,
    at,
    database,
    left,
    page,
    run,
    seen,
    stage,
)
from tier1_page.live.stages import ORDER


def test_a_stage_ends_when_its_progress_says_within_what_its_months_differ():
    left_of_it = stage(page()).left
    expected = NOW - timedelta(seconds=5) + timedelta(seconds=100 / 5 * 5)
    assert 0 <= (left_of_it.ends - expected).total_seconds() < 5
    assert left_of_it.earliest < left_of_it.ends < left_of_it.latest


def test_two_months_tell_no_range():
    of_two = database(finished=made_up.finished(STAGE.name, MONTHS[:2]))
    left_of_it = stage(page(database=seen(of_two))).left
    assert (left_of_it.earliest, left_of_it.latest) == (None, None)
    assert "no range" in left_of_it.how


def test_the_run_ends_later_than_its_stage_by_what_the_last_run_took_for_the_rest():
    found = page()
    rest = 13 + 18 + 110 + 2  # stage_2_16b, validate, downsize, verdict
    rest += 5 * 5 + 15  # no run has told of two sensors, evaluate, publish, and how a stage begins
    assert (found.left.ends - stage(found).left.ends).total_seconds() == pytest.approx(rest, abs=5)


def test_nobody_can_tell_the_end_before_a_person_has_answered_or_without_an_earlier_run():
    asks = run(states={"preflight": "success", "approve": "awaiting_input", "upsize": None})
    assert page(asks).left is None
    assert page(past=seen([])).left is None


def test_without_an_earlier_run_the_estimate_of_preflight_counts():
    estimate = {"seconds_big": 340.0, "seconds_as_it_is": 900.0, "downtime_seconds": 60.0}
    found = page(run(left=left(preflight__estimate=estimate)), past=seen([]))
    # 17 months of stages are left to do, 12 of them of the last one; then downsize
    rest = 240 + 60 + 8 * 5 + 15  # 5 s for each task to begin and end, and 15 s to evaluate
    assert (found.left.ends - stage(found).left.ends).total_seconds() == pytest.approx(rest, abs=5)
    assert "preflight has estimated" in found.left.how


def test_in_a_first_run_the_time_left_falls_as_tasks_end():
    estimate = {"seconds_big": 34.0, "seconds_as_it_is": 90.0, "downtime_seconds": 60.0}
    known = {"database": seen(database(finished=(), progress=(), at_work=(), to_do={})), "past": seen([])}
    lefts = []
    for number, task_id in enumerate(ORDER[2:], start=2):
        states = dict.fromkeys(ORDER[:number], "success") | dict.fromkeys(ORDER[number:])
        states[task_id] = "queued"
        found = page(run(states=states, left=left(preflight__estimate=estimate)), **known)
        lefts.append((found.left.ends - NOW).total_seconds())
    assert lefts == sorted(set(lefts), reverse=True)


def test_while_it_asks_the_page_says_what_comes_after_the_answer_and_what_it_costs():
    nothing_computed = seen(database(finished=(), progress=(), at_work=(), to_do={}))
    found = page(asking(), past=seen([]), database=nothing_computed)
    # three stages, two resizes, and each task's start
    assert found.after_answer.seconds == pytest.approx(340 + 2 * 60 + 13 * 5 + 15)
    assert found.after_answer.answer == "Resize and compute"
    assert found.left is None
    assert found.cost.projected_usd > 0.1
    small = page(asking(resize="never"), past=seen([]), database=nothing_computed)
    assert small.after_answer.seconds == pytest.approx(900 + 11 * 5 + 15)
    assert (small.after_answer.answer, small.cost.projected_usd) == ("Compute as it is", 0.0)


def test_nothing_that_is_cleared_or_skipped_shows_times_of_an_earlier_try():
    old = {"started": at(300), "ended": at(100)}
    states = {STAGE.task_id: None, "evaluate": "skipped", "downsize": "upstream_failed", "verdict": "running"}
    again = run(states=states)
    again = replace(again, tasks=tuple(replace(it, **old) for it in again.tasks))
    found = page(again)
    assert (stage(found).started, stage(found).seconds) == (None, None)
    times = {it.task_id: (it.started, it.seconds) for it in found.tasks}
    assert times["evaluate"] == times["downsize"] == (None, None)
    assert times["verdict"] == (at(300), None)


def test_a_stages_task_and_its_months_are_compared_with_the_same_of_the_last_run():
    past = replace(made_up.PAST, stage_tasks={STAGE.task_id: 62.0})
    found = stage(page(past=seen([past])))
    assert (found.computing, found.last_computing, found.last_seconds) == (100.0, 25.0, 62.0)


def test_the_last_run_took_what_its_own_page_says():
    assert page().last_seconds == 799.0
    assert page(lasted=seen({})).last_seconds == 780.0  # Airflow has it no more: by its tasks
