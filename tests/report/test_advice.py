"""What the stages used of the instance, and whether growing has paid, from what this run has measured."""

from dataclasses import replace

import pytest

from include.report.advice import advice_of
from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.model import OnBaseType
from include.report.worth import Worth
from tests.report.facts import BASE, NO_PLAN, STAGES, SUCCEEDED, UNTOUCHED, UPSIZE

WORTH = Worth(
    instance_id="i-1",
    big_type="c7i.8xlarge",
    months=12,
    rows=1_100_000.0,
    seconds_as_it_is=8.2,
    seconds_big=5.4,
    downtime_seconds=180.0,
    extra_usd=0.1298,
    worth_it=False,
    on_the_instance=False,
)


def test_what_was_used_is_of_all_stages():
    assert next(advice_of(SUCCEEDED)) == (
        "The stages used 300.0 s of processor time in 150.0 s, 2.0 of 32 vCPUs, without PostgreSQL's; with 8 "
        "months at a time, the months spent 75 % of their time waiting for the database"
    )


def test_shards_are_told():
    shared = [replace(stage, tasks=4, at_once=1) for stage in STAGES]
    assert "with 1 month at a time in each of 4 tasks" in next(advice_of(replace(SUCCEEDED, stages=shared)))


def test_a_run_that_saved_more_than_it_was_down_has_paid():
    assert list(advice_of(SUCCEEDED))[1:] == [
        "The same run would have taken about 10 min on t3.2xlarge with its 8 vCPUs, instead of 2 min on "
        "c7i.8xlarge",
        "Growing saved 8 min and took 3 min of downtime: it has paid",
    ]


@pytest.mark.parametrize(("small", "saved"), [(200.0, "50 s"), (100.0, "nothing")])
def test_a_run_that_was_down_for_longer_than_it_saved_had_better_not_grown(small, saved):
    facts = replace(SUCCEEDED, on_base_type=OnBaseType(type=BASE, vcpus=8, seconds=small))
    assert list(advice_of(facts))[-1] == (
        f"Growing took 3 min of downtime to save {saved}: with resize if_needed such a run computes on "
        "t3.2xlarge as it is"
    )


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, "AWS did not say how many vCPUs it has"),
        ({"instance": None}, "AWS did not answer"),
    ],
)
def test_what_aws_does_not_say_is_not_estimated(changed, why):
    said = list(advice_of(replace(SUCCEEDED, on_base_type=None, **changed)))
    assert said[1:] == [f"What the same run would have taken on t3.2xlarge is not known: {why}"]


def test_a_run_that_computed_nothing_says_nothing_of_the_size():
    valid = replace(SUCCEEDED, stages=tuple(replace(it, computed=0) for it in STAGES))
    nothing = "so that nothing can be said about the right size"
    assert list(advice_of(valid)) == [f"No month was computed, {nothing}"]
    assert list(advice_of(NO_PLAN)) == [f"No stage has ended well, {nothing}"]


def test_a_report_of_before_has_not_measured_it():
    old = replace(SUCCEEDED, stages=(replace(STAGES[0], cpu_seconds=None),))
    assert next(advice_of(old)) == "How much of the processors the stages used was not measured"


def test_a_run_on_the_instance_as_it_was_is_not_compared():
    assert list(advice_of(UNTOUCHED))[1:] == [
        "It ran on t3.2xlarge as it was, and no resize took the instance away"
    ]


def test_an_upsize_that_was_refused_is_not_compared():
    refused = replace(UPSIZE, type_after=BASE, outcome="fallback")
    assert len(list(advice_of(replace(SUCCEEDED, upsize=refused)))) == 1


def test_stages_beside_airflow_gain_nothing_from_growing():
    said = list(advice_of(replace(SUCCEEDED, estimate=WORTH)))
    assert said[1].startswith("The stages ran with Airflow, not on i-1: growing makes nothing faster")
    assert f"* {said[1]}." in to_markdown(build_report(replace(SUCCEEDED, estimate=WORTH)))
