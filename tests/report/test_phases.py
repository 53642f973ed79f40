"""The runbook's plan stands beside what happened, with what is wrong in it."""

from dataclasses import replace

import pytest

from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.phases import footnotes, phases_of
from tests.report.facts import NO_PLAN, PRICES, STAGE, STAGES, SUCCEEDED, UNTOUCHED, WORTH

HOUR = 3600.0


def told(facts):
    return {it.name: (it.seconds, it.usd, it.note) for it in phases_of(facts)}


def test_the_plan_is_the_runbooks():
    planned = [(it.name, it.planned_seconds, it.planned_usd) for it in phases_of(SUCCEEDED)]
    assert planned == [
        ("upgrade", 600, None),
        ("2.3", 20 * HOUR, 8),
        ("2.4", 20 * HOUR, 8),
        ("2.16B", 15 * HOUR, 6),
        ("all three", 55 * HOUR, 22),
        ("downgrade", 600, None),
    ]


def test_each_phase_took_what_its_tasks_took_at_the_price_of_the_big_type():
    found = told(SUCCEEDED)
    assert (found["upgrade"][0], found["downgrade"][0]) == (120, 120)
    assert found["2.4"] == (50, pytest.approx(50 * 1.44 / HOUR), "")
    assert found["all three"] == (150, pytest.approx(150 * 1.44 / HOUR), "")


def test_a_stage_that_had_less_to_do_than_planned_says_so():
    some = replace(SUCCEEDED, stages=(replace(STAGE, computed=3), *STAGES[1:]))
    assert told(some)["2.3"][2] == "3 of 12 months computed, the others were still valid"


def test_what_is_not_known_of_one_stage_is_not_known_of_all():
    found = told(replace(SUCCEEDED, stages=STAGES[:2]))
    assert found["2.16B"] == (None, None, "no part of it has ended well")
    assert found["all three"] == (None, None, "")


def test_a_run_without_a_plan_has_no_figures_of_its_own():
    found = told(NO_PLAN)
    assert found["upgrade"] == (None, None, "upsize was not begun")
    assert {found[name][:2] for name in ("2.3", "2.4", "2.16B", "all three")} == {(None, None)}
    silent = replace(NO_PLAN, tasks=NO_PLAN.tasks | {"upsize": "failed"})
    assert told(silent)["upgrade"][2] == "upsize has not said how it ended"
    text = to_markdown(build_report(NO_PLAN))
    assert "| all three | 55 h | unknown | $22.00 [1] | unknown |" in text
    assert "| months | no plan |" in text


def test_without_a_price_it_is_not_known_what_a_phase_cost():
    assert told(replace(SUCCEEDED, prices=PRICES[:1]))["2.3"] == (50, None, "what it cost is not known")


def test_without_a_resize_the_stages_cost_what_the_instance_costs_as_it_is():
    found = told(UNTOUCHED)
    assert found["upgrade"] == found["downgrade"] == (None, None, "this run has not resized")
    assert found["2.3"][:2] == (50, pytest.approx(50 * 0.36 / HOUR))


def test_what_is_wrong_in_the_plan_is_a_footnote():
    said = " ".join(footnotes())
    for figure in ("$78.54", "$22", "$243", "$1,042", "2 minutes"):
        assert figure in said
    text = to_markdown(build_report(SUCCEEDED))
    assert "| 2.3 | 20 h | 50 s | $8.00 [1] | $0.02 |" in text
    assert "\n* [1] The runbook's 55 h for $22 are no on-demand price" in text


def test_stages_that_ran_with_airflow_cost_nothing_on_the_instance():
    with_airflow = replace(UNTOUCHED, estimate=replace(WORTH, on_the_instance=False))
    assert [told(with_airflow)[name][1] for name in ("2.3", "2.4", "2.16B")] == [None, None, None]
