"""What a run costs, as its page says it: the receipt so far, and what is to come."""

from dataclasses import asdict, replace

import pytest

from include.report.build import build_report
from tests.report.reports import facts
from tests.tier1_page.made_up import (
    NOW,
    database,
    instance,
    left,
    page,
    run,
    seen,
)


def test_the_cost_is_that_of_the_receipt_so_far_and_goes_on_at_the_price_of_each_type():
    cost = page().cost
    # upsize: 30 s small, then big; 0.36 and 1.44 dollars an hour, billed for a minute at least
    assert cost.so_far_usd == pytest.approx(60 / 3600 * 0.36 + 560 / 3600 * 1.44)
    # downsize takes 110 s, in which it becomes small; verdict takes 2 s, and is in no receipt
    seconds = (page().left.ends - NOW).total_seconds()
    in_the_end = (30 + 110) / 3600 * 0.36 + (560 + seconds - 112) / 3600 * 1.44
    assert cost.projected_usd == pytest.approx(in_the_end, abs=5 / 3600 * 1.44)
    assert not cost.is_final


def test_what_a_run_cost_before_it_was_cleared_is_part_of_its_cost():
    before = build_report(facts())
    found = page(database=seen(database(report=before))).cost
    assert found.earlier_usd == pytest.approx(before.receipt.total_usd)
    assert found.so_far_usd == pytest.approx(page().cost.so_far_usd + before.receipt.total_usd)
    assert found.projected_usd == pytest.approx(page().cost.projected_usd + before.receipt.total_usd)
    waits = run(states={"upsize": None}, left={it: what for it, what in left().items() if it[0] != "upsize"})
    assert page(waits, database=seen(database(report=before))).cost.so_far_usd == found.earlier_usd


@pytest.mark.parametrize("again", ["is at work", "resizes nothing", "waits"])
def test_a_cost_before_the_run_was_cleared_that_is_not_known_makes_that_of_the_run_unknown(again):
    big = facts()
    before = build_report(replace(big, downsize=None, tasks=big.tasks | {"downsize": "failed"}))
    waiting = {it: what for it, what in left().items() if it[0] != "upsize"}
    found = {
        "is at work": run(),
        "waits": run(states={"upsize": None}, left=waiting),
        "resizes nothing": run(states={"upsize": None}, left=waiting),
    }[again]
    if again == "resizes nothing":
        found = replace(found, parameters=found.parameters | {"resize": "never"})
    cost = page(found, database=seen(database(report=before))).cost
    assert (cost.so_far_usd, cost.projected_usd) == (None, None)
    assert "of earlier attempts: downsize has not said how it ended" in cost.unknown


def test_a_report_of_before_that_cannot_be_read_makes_the_cost_unknown():
    cost = page(database=seen(database(unreadable="lacks its tasks"))).cost
    assert cost.so_far_usd is None
    assert cost.unknown.endswith("of earlier attempts: lacks its tasks")


def test_what_an_upsize_has_left_that_was_skipped_since_is_of_the_attempt_before():
    before = build_report(facts())
    states = {"upsize": "skipped", "downsize": "running"}
    own = {**left(), ("upsize", "return_value"): asdict(facts().upsize)}
    cost = page(run(states=states, left=own), database=seen(database(report=before))).cost
    assert cost.so_far_usd == pytest.approx(before.receipt.total_usd)


def test_a_time_for_which_aws_bills_a_minute_is_marked():
    assert [it.is_least for it in page().cost.lines] == [True, False]


def test_a_run_that_does_not_resize_costs_nothing_more():
    found = page(replace(run(), parameters=run().parameters | {"resize": "never"}))
    assert (found.cost.so_far_usd, found.cost.projected_usd) == (0.0, 0.0)
    assert "resize is never" in found.cost.unknown


def test_a_price_that_nobody_knows_is_not_zero():
    found = page(prices=seen([]))
    assert (found.cost.so_far_usd, found.instance.hourly_usd) == (None, None)


def test_a_stopped_instance_costs_nothing_an_hour():
    stopped = replace(instance(), state="stopped")
    assert page(instance=seen(stopped)).instance.hourly_usd == 0.0
