"""What a run takes besides stages and resizes: told by the last runs, else as measured in a first run."""

from dataclasses import replace

import pytest

from tests.tier1_page.made_up import PAST, WORTH
from tier1_page.before.options import options_of
from tier1_page.before.other_tasks import other_tasks
from tier1_page.live.offered import OFFERED

# 780 s in all, of which 230 s are resizes; three stages have computed for 50 s each
STAGES = {name: replace(it, seconds=50.0) for name, it in PAST.stages.items()}
TASKS = {**PAST.tasks, "stage_2_3": 180.0, "stage_2_4": 180.0, "stage_2_16b": 180.0, "evaluate": 40.0}
LAST = replace(PAST, stages=STAGES, tasks=TASKS)


def test_all_of_the_last_run_counts_but_resizes_and_what_the_stages_computed():
    found = other_tasks([LAST], evaluates=True)
    assert (found.seconds, found.least, found.most) == (400.0, 400.0, 400.0)
    assert found.says == "7 min for all other tasks, and until each has started, as in the last run"


def test_the_time_in_which_a_person_was_asked_does_not_count():
    asked = replace(LAST, seconds=780.0 + 3600, tasks={**TASKS, "approve": 3600.0})
    assert other_tasks([asked], evaluates=True).seconds == 400.0


def test_a_run_that_does_not_evaluate_is_not_charged_for_it():
    assert other_tasks([LAST], evaluates=False).seconds == 360.0


def test_of_several_runs_it_is_the_middle_one_and_the_range_is_told():
    runs = [replace(LAST, seconds=780.0 + more) for more in (300, 0, 60)]
    found = other_tasks(runs, evaluates=True)
    assert (found.seconds, found.least, found.most) == (460.0, 400.0, 700.0)
    assert found.says.endswith("as in the last 3 runs (7 min to 12 min)")


def test_a_run_that_was_cleared_hours_later_tells_nothing():
    cleared = replace(LAST, seconds=780.0 + 7200)
    assert other_tasks([cleared, LAST], evaluates=True).seconds == 400.0
    assert "known after a first run" in other_tasks([cleared], evaluates=True).says


@pytest.mark.parametrize("past", [[], [replace(PAST, seconds=0.0)]])
def test_before_a_first_run_each_task_takes_what_the_page_of_the_run_says_too(past):
    found = other_tasks(past, evaluates=True)
    assert found.seconds == 12 * 5 + 15  # all but upsize, downsize and approve; 15 s to evaluate
    assert found.says.startswith("75 s, that is 5 s for each of the other tasks to begin and end")
    assert other_tasks(past, evaluates=False).seconds == 11 * 5


def test_each_choice_has_the_time_of_the_whole_run_and_its_price_in_all():
    """An hour of the small instance costs 36 cents: one every 100 s."""
    others = other_tasks([LAST, replace(LAST, seconds=980.0)], evaluates=True)
    options = options_of(OFFERED, WORTH, others, hourly_usd=0.36)
    found = {it.resize.value: (it.whole_seconds, it.least_seconds, it.most_seconds) for it in options}
    assert found["always"] == (1_100.0, 1_000.0, 1_200.0)
    assert found["never"] == (1_500.0, 1_400.0, 1_600.0)
    total = {it.resize.value: it.total_usd for it in options}
    assert (total["always"], total["never"]) == (pytest.approx(0.25 + 0.11), pytest.approx(0.15))


def test_what_is_not_known_of_a_part_is_not_known_of_the_whole():
    others = other_tasks([], evaluates=True)
    for options in (options_of(OFFERED, None, others, 0.36), options_of(OFFERED, WORTH, None, 0.36)):
        assert {(it.whole_seconds, it.total_usd) for it in options} == {(None, None)}
    assert {it.total_usd for it in options_of(OFFERED, WORTH, others, None)} == {None}
