"""The receipt: seconds on each type times its price, and nothing made up where something is not known."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from include.report.build import build_report
from include.report.markdown import to_markdown
from include.report.price_table import HOURLY_USD
from include.report.prices import prices_of
from include.report.receipt import receipt_of
from tests.report.facts import (
    BASE,
    DOWNSIZE,
    NO_PLAN,
    PRICES,
    SECONDS,
    SMALL,
    SUCCEEDED,
    UNTOUCHED,
    UPSIZE,
    WORK,
)

TODAY = "2026-11-27"


def test_each_type_is_paid_for_by_its_seconds():
    found = receipt_of(SUCCEEDED)
    assert {time.type: time.seconds for time in found.times} == SECONDS
    assert {time.type: time.usd for time in found.times} == {
        BASE: pytest.approx(120 * 0.36 / 3600),
        WORK: pytest.approx(2 * 1.44),
    }
    assert [time.price for time in found.times] == list(PRICES)
    assert (found.unknown, found.is_over, found.downtime_seconds) == ("", True, 180.0)
    assert (found.public_ip_before, found.public_ip_after) == ("192.0.2.1", "192.0.2.3")


def test_the_same_hours_on_spot_stand_beside_those_on_demand():
    found = receipt_of(SUCCEEDED)
    assert (found.on_demand_usd, found.spot_usd) == (pytest.approx(2.88), pytest.approx(1.44))
    other = receipt_of(replace(SUCCEEDED, spot=replace(SUCCEEDED.spot, type="c6i.8xlarge")))
    assert other.spot_usd is None


def test_a_forgotten_downsize_costs_the_difference_of_both_types():
    found = receipt_of(SUCCEEDED).forgotten
    assert found is not None
    costs = (found.day_usd, found.week_usd, found.month_usd)
    assert costs == tuple(pytest.approx(1.08 * hours) for hours in (24, 168, 730))


def test_it_is_known_too_where_the_run_has_not_grown():
    assert receipt_of(UNTOUCHED).forgotten == receipt_of(SUCCEEDED).forgotten


def test_a_type_without_a_price_has_no_amount():
    report = build_report(replace(SUCCEEDED, prices=PRICES[:1]))
    assert report.receipt is not None
    assert [time.usd is None for time in report.receipt.times] == [False, True]
    assert report.receipt.unknown == "nobody knows what c7i.8xlarge costs: set TIER1_HOURLY_USD"
    assert (report.receipt.on_demand_usd, report.receipt.forgotten, report.cost) == (None, None, None)
    text = to_markdown(report)
    assert "| c7i.8xlarge | 7,200 | unknown | unknown |" in text
    assert "What a downsize that is forgotten would cost is not known" in text


def test_a_downsize_that_has_left_nothing_leaves_the_time_open():
    facts = replace(SUCCEEDED, downsize=None, instance=replace(SMALL, type=WORK))
    report = build_report(facts)
    assert report.receipt is not None
    assert {time.type: time.seconds for time in report.receipt.times} == {BASE: 30.0, WORK: 7200.0 + 150}
    assert (report.receipt.is_over, report.receipt.downtime_seconds, report.cost) == (False, None, None)
    assert "the time on c7i.8xlarge goes on" in report.receipt.unknown
    assert "until the verdict: it goes on" in to_markdown(report)


def test_an_upsize_that_has_left_nothing_leaves_nothing_to_pay_for_known():
    failed = replace(NO_PLAN, tasks=NO_PLAN.tasks | {"upsize": "failed"})
    report = build_report(failed)
    assert report.receipt is not None
    assert report.receipt.times == ()
    assert report.receipt.unknown.startswith("upsize has not said how it ended")
    text = to_markdown(report)
    assert "* **Not known: upsize has not said how it ended" in text
    assert "* Downtime: unknown.\n" in text


def test_without_an_upsize_nothing_was_paid_and_nothing_is_missing():
    report = build_report(NO_PLAN)
    assert report.receipt is not None
    assert (report.receipt.times, report.receipt.unknown, report.receipt.downtime_seconds) == ((), "", 0.0)
    text = to_markdown(report)
    assert "The run has not made the instance big: there is nothing to pay for." in text
    assert "Public IP: 192.0.2.1 before, 192.0.2.3 after" in text


def test_an_instance_that_no_run_has_touched_costs_nothing_more():
    report = build_report(UNTOUCHED)
    assert report.receipt is not None
    assert (report.receipt.times, report.receipt.downtime_seconds, report.receipt.on_demand_usd) == (
        (),
        0.0,
        None,
    )
    assert "No instance was touched: the run cost nothing" in to_markdown(report)


def test_what_aws_does_not_say_is_said_to_be_unknown():
    text = to_markdown(build_report(replace(SUCCEEDED, instance=None, spot=None, looked_at="")))
    assert "192.0.2.1 before, unknown after" in text
    assert "Spot: AWS did not say what it costs." in text
    assert "$2.88 on demand, unknown on Spot" in text


def test_a_refused_upsize_is_time_on_the_small_type():
    refused = replace(UPSIZE, type_after=BASE, outcome="fallback", refused=("c7i.8xlarge: ...",))
    down = replace(DOWNSIZE, type_before=BASE, downtime_seconds=0.0)
    found = receipt_of(replace(SUCCEEDED, upsize=refused, downsize=down))
    assert {time.type: time.seconds for time in found.times} == {BASE: 2 * 3600 + 120.0}
    assert found.on_demand_usd is None


def test_every_price_has_its_source_and_its_day_in_the_text():
    text = to_markdown(build_report(SUCCEEDED))
    assert "| c7i.8xlarge | 7,200 | $1.44, by the price list, as of 2026-01-01 | $2.88 |" in text
    assert "c7i.8xlarge costs $0.72 an hour, by the Spot history, as of 2026-01-02" in text


def test_what_is_set_wins_over_what_aws_says_and_that_over_the_table():
    said = {"c7i.8xlarge": PRICES[1], "x9.large": PRICES[0]}
    found = prices_of(["m6i.2xlarge", WORK, BASE, "x1.unknown"], {BASE: 0.2}, said, TODAY)
    assert [(it.type, it.hourly_usd, it.source, it.as_of) for it in found] == [
        ("m6i.2xlarge", 0.384, "the table of this release, for on-demand Linux in us-east-1", "2026-11-23"),
        (WORK, 1.44, "the price list", "2026-01-01"),
        (BASE, 0.2, "the setting TIER1_HOURLY_USD", TODAY),
    ]


def test_the_table_has_all_types_of_the_default_settings():
    assert {BASE, WORK} <= set(HOURLY_USD)


def test_a_downsize_of_an_earlier_try_does_not_count():
    cleared = replace(SUCCEEDED, upsize=replace(UPSIZE, started=later(UPSIZE), finished=later(DOWNSIZE)))
    report = build_report(replace(cleared, tasks=cleared.tasks | {"downsize": "failed"}))
    assert (report.downsize, report.cost) == (None, None)
    assert "downsize has not said how it ended" in report.receipt.unknown


def later(resize):
    """A day after it ended."""
    return (datetime.fromisoformat(resize.finished) + timedelta(days=1)).isoformat()


def test_what_the_run_cost_before_it_was_cleared_is_carried_on():
    first = build_report(SUCCEEDED)
    up = replace(UPSIZE, started="2026-01-02T10:00:00+00:00", finished="2026-01-02T10:02:00+00:00")
    down = replace(DOWNSIZE, started="2026-01-02T12:00:00+00:00", finished="2026-01-02T12:02:00+00:00")
    cleared = replace(SUCCEEDED, upsize=up, downsize=down)
    second = build_report(cleared, first).receipt
    alone = build_report(cleared).receipt
    assert second.earlier_usd == pytest.approx(first.receipt.total_usd)
    assert second.total_usd == pytest.approx(alone.total_usd + first.receipt.total_usd)
    assert second.earlier_seconds == sum(SECONDS.values())
    text = to_markdown(build_report(cleared, first))
    assert "Earlier attempts, before the run was cleared (1): $2.89 for 2.0 h." in text


def test_a_verdict_that_is_cleared_alone_counts_nothing_twice():
    first = build_report(SUCCEEDED)
    assert build_report(SUCCEEDED, first).receipt == first.receipt


def test_a_run_that_was_cleared_and_then_touches_nothing_has_still_cost_what_it_did():
    first = build_report(SUCCEEDED)
    assert build_report(UNTOUCHED, first).receipt.total_usd == pytest.approx(first.receipt.total_usd)


def test_a_cost_before_that_nobody_knows_makes_the_sum_unknown():
    first = build_report(replace(SUCCEEDED, prices=()))
    assert build_report(UNTOUCHED, first).receipt.total_usd is None


NEXT_DAY = {
    "upsize": replace(UPSIZE, started="2026-01-02T10:00:00+00:00", finished="2026-01-02T10:02:00+00:00"),
    "downsize": replace(DOWNSIZE, started="2026-01-02T12:00:00+00:00", finished="2026-01-02T12:02:00+00:00"),
}
"""The resizes after the run was cleared."""
LEFT_BIG = replace(
    SUCCEEDED,
    tasks=SUCCEEDED.tasks | {"downsize": "failed"},
    downsize=None,
    instance=replace(SMALL, type=WORK),
)
SILENT = replace(SUCCEEDED, tasks=SUCCEEDED.tasks | {"upsize": "failed"}, upsize=None)
FOUND_SMALL = replace(NEXT_DAY["downsize"], type_before=BASE, downtime_seconds=0.0)


def skipped(**changes):
    """A run whose upsize was skipped when somebody marked the run as failed."""
    return replace(SUCCEEDED, tasks=SUCCEEDED.tasks | {"upsize": "skipped"}, **changes)


def test_an_earlier_attempt_that_has_left_the_instance_big_makes_the_sum_unknown():
    first = build_report(LEFT_BIG)
    second = build_report(replace(SUCCEEDED, **NEXT_DAY), first)
    assert (second.receipt.earlier_usd, second.receipt.total_usd) == (None, None)
    text = to_markdown(second)
    assert "(1): at least $2.95 for 2.0 h. Not known: downsize has not said how it ended" in text
    assert "All together: at least $5.84." in text


@pytest.mark.parametrize("silent", [SILENT, skipped(upsize=None)], ids=["failed", "skipped"])
def test_an_earlier_attempt_whose_upsize_ended_without_a_word_makes_the_sum_unknown(silent):
    second = build_report(replace(SUCCEEDED, **NEXT_DAY), build_report(silent))
    assert second.receipt.total_usd is None
    assert "(1): unknown. Not known: upsize has not said how it ended" in to_markdown(second)
    third = build_report(UNTOUCHED, build_report(UNTOUCHED, build_report(silent)))
    assert (len(third.receipt.earlier), third.receipt.total_usd) == (1, None)


def test_a_verdict_that_is_cleared_alone_does_not_count_twice_what_ended_without_a_word():
    first = build_report(SILENT)
    assert build_report(SILENT, first).receipt == first.receipt


def test_a_report_that_could_not_be_read_makes_the_sum_unknown_from_then_on():
    first = build_report(SUCCEEDED, lost="the report before could not be read")
    second = build_report(replace(SUCCEEDED, **NEXT_DAY), first)
    for report in (first, second):
        assert report.receipt.total_usd is None
        assert "Not known: the report before could not be read" in to_markdown(report)


def test_an_upsize_that_was_skipped_between_two_tries_may_have_grown():
    """Airflow says so of a task that waits for another try when its run is marked as failed."""
    receipt = build_report(skipped(upsize=None)).receipt
    assert receipt.unknown.startswith("upsize has not said how it ended")
    assert (receipt.total_usd, receipt.downtime_seconds) == (None, None)


def test_an_upsize_that_was_skipped_before_its_try_leaves_what_it_left_before_to_the_attempt_before():
    first = build_report(SUCCEEDED)
    again = build_report(skipped(downsize=FOUND_SMALL), first)
    assert (again.upsize, again.receipt.times) == (None, ())
    assert again.receipt.total_usd == pytest.approx(first.receipt.total_usd)
    alone = build_report(skipped(downsize=FOUND_SMALL), again)
    assert alone.receipt == again.receipt
    marked = build_report(replace(SUCCEEDED, downsize=FOUND_SMALL), again)
    assert marked.receipt.earlier == ()


def test_resizes_that_have_not_begun_again_are_of_the_attempt_before():
    first = build_report(SUCCEEDED)
    never = {"upsize": "upstream_failed", "downsize": "upstream_failed"}
    again = build_report(replace(SUCCEEDED, tasks=SUCCEEDED.tasks | never), first)
    assert (again.upsize, again.downsize) == (None, None)
    assert again.receipt.total_usd == pytest.approx(first.receipt.total_usd)
