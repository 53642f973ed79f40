"""Work, validation and infrastructure are judged apart: each is well, not well, or not known."""

from dataclasses import replace

import pytest

from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.model import ComputedMonth, Facts, Series, Standing
from include.report.problems import problems_of, was_never_big
from include.report.verdict import verdict_of
from tests.report.facts import (
    CONTRADICTED,
    DOWNSIZE,
    HOLDS,
    NO_PLAN,
    REFUSED,
    SMALL,
    STAGES,
    SUCCEEDED,
    UNTOUCHED,
    UPSIZE,
    WORK,
)

WELL, NOT_WELL, UNKNOWN = Standing.WELL, Standing.NOT_WELL, Standing.UNKNOWN


def standings(facts: Facts) -> tuple[Standing, Standing, Standing]:
    found = verdict_of(facts)
    return found.work.standing, found.validation.standing, found.infrastructure.standing


def test_a_run_that_succeeded_is_well_in_each_way():
    found = verdict_of(SUCCEEDED)
    assert standings(SUCCEEDED) == (WELL, WELL, WELL)
    assert found.work.why == ("2025-01 .. 2025-12 of 3 stages are done: 36 computed, 280,800 rows")
    assert found.validation.why == "all 1 claims about the features hold"
    assert (
        found.infrastructure.why
        == "i-1 is now running as t3.2xlarge, type 1 of the 3 that would do outside of a run: the base type"
    )


CASES = (
    ("changed", "expected"),
    [
        ({"tasks": SUCCEEDED.tasks | {"stage_2_4": "failed"}}, (NOT_WELL, WELL, WELL)),
        ({"tasks": SUCCEEDED.tasks | {"publish": None}}, (NOT_WELL, WELL, WELL)),
        ({"validation": (HOLDS, CONTRADICTED)}, (WELL, NOT_WELL, WELL)),
        ({"validation": ()}, (WELL, UNKNOWN, WELL)),
        # it has looked before, and was then cleared
        ({"tasks": SUCCEEDED.tasks | {"validate": "upstream_failed"}}, (WELL, UNKNOWN, WELL)),
        ({"tasks": SUCCEEDED.tasks | {"validate": "failed"}}, (WELL, UNKNOWN, WELL)),
        ({"instance": None}, (WELL, WELL, UNKNOWN)),
        ({"instance": replace(SMALL, type=WORK)}, (WELL, WELL, NOT_WELL)),
        ({"instance": replace(SMALL, state="stopped")}, (WELL, WELL, NOT_WELL)),
        ({"downsize": replace(DOWNSIZE, outcome="fallback", refused=(REFUSED,))}, (WELL, WELL, NOT_WELL)),
        ({"tasks": SUCCEEDED.tasks | {"upsize": "failed"}}, (WELL, WELL, NOT_WELL)),
        ({"tasks": SUCCEEDED.tasks | {"downsize": "skipped"}}, (WELL, WELL, NOT_WELL)),
        ({"tasks": {}}, (UNKNOWN, UNKNOWN, WELL)),
    ],
)


@pytest.mark.parametrize(*CASES, ids=lambda it: ",".join(it) if isinstance(it, dict) else "")
def test_what_is_wrong_in_one_way_is_not_held_against_the_others(changed, expected):
    assert standings(replace(SUCCEEDED, **changed)) == expected


@pytest.mark.parametrize(
    CASES[0],
    [case for case in CASES[1] if case[0] != {"tasks": {}}],  # a verdict knows those of its run
    ids=lambda it: ",".join(it) if isinstance(it, dict) else "",
)
def test_a_run_is_green_only_where_all_three_are_well(changed, expected):
    facts = replace(SUCCEEDED, **changed)
    assert (problems_of(facts) == []) is (expected == (WELL, WELL, WELL))


@pytest.mark.parametrize("instance", [None, SMALL, replace(SMALL, type=WORK, is_big=True)])
def test_an_instance_that_the_run_has_not_touched_does_not_count(instance):
    facts = replace(UNTOUCHED, instance=instance)
    assert problems_of(facts) == []
    assert problems_of(replace(facts, validation=())) != []


def test_the_types_rung_is_told_where_the_instance_has_the_wrong_one():
    big = replace(SMALL, type=WORK, rung="type 1 of the 2 that would do for the work")
    found = verdict_of(replace(SUCCEEDED, instance=big)).infrastructure
    assert found.why == (
        "i-1 is now running as c7i.8xlarge, type 1 of the 2 that would do for the work; "
        "it ought to be running as t3.2xlarge"
    )


def test_a_run_without_a_plan_has_computed_nothing_and_nothing_is_known_of_its_features():
    found = verdict_of(NO_PLAN)
    assert standings(NO_PLAN) == (NOT_WELL, UNKNOWN, WELL)  # the instance was left as it was
    assert found.work.why == (
        "preflight failed; approve, stage_2_3, stage_2_4 and 3 more have not succeeded: nothing was computed"
    )
    assert found.validation.why == (
        "validate has not looked, so that no claim about the features is known to hold"
    )


def test_months_of_a_stage_that_failed_later_are_told():
    month = ComputedMonth(stage="currency_indices", month="2024-01", rows=22, began="b", ended="e")
    found = verdict_of(replace(NO_PLAN, series=Series(computed=(month,))))
    assert found.work.why.endswith("3 more have not succeeded: 1 month of stages had been computed by then")


def test_months_that_were_still_valid_are_told():
    some = replace(SUCCEEDED, stages=(replace(STAGES[0], computed=3), *STAGES[1:]))
    assert verdict_of(some).work.why.endswith("27 computed, 280,800 rows; 9 were still valid")


def test_a_run_that_touches_no_instance_is_not_judged_by_it():
    assert standings(UNTOUCHED) == (WELL, WELL, WELL)
    left_big = replace(UNTOUCHED, instance=replace(SMALL, type=WORK, is_big=True))
    assert verdict_of(left_big).infrastructure.why.endswith("this run has not touched it")
    assert standings(replace(UNTOUCHED, instance=None)) == (WELL, WELL, UNKNOWN)


def test_an_upsize_that_aws_refused_is_infrastructure():
    fallback = replace(UPSIZE, type_after="t3.2xlarge", outcome="fallback", refused=(REFUSED,))
    why = verdict_of(replace(SUCCEEDED, upsize=fallback)).infrastructure.why
    assert "AWS refused what upsize asked for" in why


def test_the_three_lines_stand_at_the_top_of_the_text():
    text = to_markdown(build_report(replace(SUCCEEDED, validation=(HOLDS, CONTRADICTED))))
    assert text.splitlines()[2:5] == [
        "* work: **well**: 2025-01 .. 2025-12 of 3 stages are done: 36 computed, 280,800 rows",
        "* validation: **not well**: 1 of 2 claims does not hold: momentum_is_recomputed",
        "* infrastructure: **well**: i-1 is now running as t3.2xlarge, "
        "type 1 of the 3 that would do outside of a run: the base type",
    ]


def test_months_that_nobody_could_look_up_are_not_called_none():
    failed = replace(SUCCEEDED, stages=(), tasks=SUCCEEDED.tasks | {"stage_2_3": "failed"})
    assert verdict_of(replace(failed, series=Series(computed=None))).work.why == (
        "stage_2_3 failed: how much was computed before is not known"
    )
    assert verdict_of(replace(failed, series=Series())).work.why == "stage_2_3 failed: nothing was computed"


def test_an_instance_that_somebody_has_left_big_is_not_well_though_the_run_has_not_touched_it():
    big = replace(SMALL, type=WORK, is_big=True)
    assert standings(replace(UNTOUCHED, instance=big))[2] is NOT_WELL
    assert standings(replace(UNTOUCHED, instance=replace(big, holder="another run")))[2] is WELL


def test_features_that_nobody_has_validated_are_not_called_validated():
    tasks = {task: state for task, state in SUCCEEDED.tasks.items() if task != "validate"}
    text = to_markdown(build_report(replace(SUCCEEDED, validation=(), tasks=tasks)))
    assert "All work is done, but nobody has validated the features, and the instance is small again." in text


def test_a_validation_that_somebody_has_marked_as_done_is_named():
    [problem] = problems_of(replace(SUCCEEDED, validation=(HOLDS, CONTRADICTED)))
    assert problem.startswith(
        "validate was marked as done, but 1 of its 2 claims did not hold: clear validate"
    )
    [problem] = problems_of(replace(SUCCEEDED, validation=()))
    assert problem.startswith("validate was marked as done, but it has left nothing: clear validate")


NEVER_BEGUN = replace(NO_PLAN, tasks=NO_PLAN.tasks | {"downsize": "upstream_failed"}, downsize=None)


@pytest.mark.parametrize("state", ["upstream_failed", "skipped"])
def test_an_instance_that_never_grew_is_well_without_a_downsize(state):
    never = replace(NEVER_BEGUN, tasks=NEVER_BEGUN.tasks | {"downsize": state})
    assert standings(never) == (NOT_WELL, UNKNOWN, WELL)
    assert not any(it.startswith("downsize") for it in problems_of(never))
    assert standings(replace(never, instance=replace(SMALL, type=WORK)))[2] is NOT_WELL
    begun = replace(never, tasks=never.tasks | {"upsize": "failed"})
    assert standings(begun)[2] is NOT_WELL


def test_a_run_whose_downsize_has_run_is_not_said_to_have_been_never_big():
    assert was_never_big(NEVER_BEGUN)
    assert not was_never_big(replace(NEVER_BEGUN, downsize=DOWNSIZE))


def test_all_that_did_not_run_is_one_line_that_names_the_cause():
    assert problems_of(NEVER_BEGUN) == [
        "preflight failed: read its log, fix the cause, then clear preflight with 'Downstream' ticked",
        "9 tasks did not run, because preflight failed: fix that first",
    ]


def test_all_that_failed_before_is_named_and_nothing_that_failed_after():
    failed = ("stage_2_3", "stage_2_4", "stage_2_16b", "evaluate")

    def why(*tasks):
        states = dict.fromkeys(tasks, "failed") | {"publish": "upstream_failed", "downsize": "failed"}
        found = problems_of(replace(SUCCEEDED, tasks=SUCCEEDED.tasks | states))
        return [it for it in found if "because" in it]

    assert why(*failed[:2]) == ["publish did not run, because stage_2_3, stage_2_4 failed: fix that first"]
    assert why(*failed) == [
        "publish did not run, because stage_2_3, stage_2_4, stage_2_16b and 1 more failed: fix that first"
    ]


def test_a_run_that_was_triggered_wrongly_is_to_be_triggered_anew_not_cleared():
    why = {"preflight": "There is no parameter 'endmonth': did you mean end_month?"}
    first, others = problems_of(replace(NEVER_BEGUN, reasons=why, is_refused=True))
    assert others == "9 tasks did not run, because preflight failed"
    assert first.startswith("preflight failed: There is no parameter 'endmonth': did you mean end_month?")
    assert "trigger a new run" in first
    assert "then clear preflight" not in first
