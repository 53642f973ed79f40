"""The cells of a stage on the page of a run: what has become of each month."""

from dataclasses import replace

import pytest

from tests.tier1_page import made_up
from tests.tier1_page.made_up import (
    MONTHS,
    PATH,
    RUN_ID,
    STAGE,
    at,
    cells,
    database,
    left,
    page,
    run,
    seen,
    stage,
)


def test_each_month_is_done_or_skipped_or_at_work_or_to_do():
    found = page()
    assert [cells(it) for it in found.stages] == ["d" * 12, "vvdddddrrttt", "t" * 12]
    now = stage(found)
    assert (now.done, now.valid, now.rows) == (7, 2, 155_010)
    assert now.rows_per_second == 1550.0


def test_a_month_leads_to_the_log_of_the_shard_that_has_made_it():
    shards = {made_up.BEFORE: [made_up.RunSeen("", "", left=left()).shards[0]]}
    months = {it.month: it for it in stage(page(shards=seen(shards))).months}
    assert months["2024-03"].log == f"{PATH}/tasks/stage_2_4/mapped/0"
    assert months["2024-07"].log == f"{PATH}/tasks/stage_2_4/mapped/1"
    before = months["2024-01"]
    assert before.log == "dags/tier1/runs/manual__2025-12-01T10%3A00%3A00%2B00%3A00/tasks/stage_2_4/mapped/0"
    assert (before.made_by, before.rows) == (made_up.BEFORE, 31_000)


def test_a_month_that_another_airflow_has_made_leads_nowhere():
    assert stage(page()).months[0].log == ""


def test_months_of_a_shard_that_failed_are_not_finished_and_the_others_are():
    found = made_up.failed()
    assert cells(stage(found)) == "vvdddddfffff"
    assert stage(found).log == f"{PATH}/tasks/stage_2_4/mapped/1"


def test_what_the_run_has_computed_stays_its_own_where_a_later_run_computes_it_again():
    found = made_up.succeeded()
    later = replace(database(), finished=made_up.finished(STAGE.name, MONTHS, "later"), to_do={})
    assert cells(stage(found)) == "d" * 12
    over = run("success", {"approve": "skipped", "upsize": "success"})
    assert cells(stage(page(over, database=seen(later)))) == "v" * 12


def shards_of_a_stage(first, second, run_state="running", **seen_there):
    """The page's cells of a stage whose two shards are in these states."""
    of = run(run_state, {"approve": "skipped", STAGE.task_id: first, f"{STAGE.task_id}_1": second,
                         f"{STAGE.task_id}_complete": None})  # fmt: skip
    known = {"finished": made_up.finished(STAGE.name, MONTHS), "at_work": ()}
    return cells(stage(page(of, database=seen(database(**(known | seen_there))))))


def finished_at(seconds, run_id=RUN_ID, months=MONTHS):
    return [replace(it, finished=at(seconds)) for it in made_up.finished(STAGE.name, months, run_id)]


@pytest.mark.parametrize("state", ["running", None, "queued", "up_for_retry", "deferred"])
def test_a_month_of_an_earlier_try_that_does_not_fit_any_more_is_to_do_again(state):
    old = {"finished": finished_at(-60), "to_do": {STAGE.name: MONTHS[2:4]}}
    assert shards_of_a_stage(state, "success", **old) == "ddttdddddddd"


def test_what_the_present_try_has_computed_is_done_whatever_its_prices_are_since():
    to_do = {STAGE.name: MONTHS}  # also where nothing watches the prices, so that nobody knows
    assert shards_of_a_stage("running", "failed", to_do=to_do) == "d" * 12


def test_a_valid_month_of_a_shard_that_failed_is_valid_also_when_the_run_is_over():
    before = finished_at(-60, made_up.BEFORE, MONTHS[5:9])
    for state in ("running", "failed"):
        found = shards_of_a_stage("success", "failed", state, finished=before, to_do={STAGE.name: MONTHS[8:]})
        assert found == "tttttvvvffff"


def test_what_another_run_has_computed_after_a_shard_failed_does_not_mend_this_one():
    later = finished_at(500, "later", MONTHS[6:])
    assert shards_of_a_stage("success", "failed", "failed", finished=later, to_do={}) == "ttttttffffff"


def test_a_stage_that_was_marked_done_has_not_skipped_what_nobody_has_computed():
    assert shards_of_a_stage("success", "success", finished=[], to_do={STAGE.name: MONTHS}) == "t" * 12
