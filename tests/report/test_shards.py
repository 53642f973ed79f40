"""A stage that was shared out is one line of the report."""

from dataclasses import replace

import pytest

from include.report.model import StageSummary
from include.report.shards import together

FIRST = StageSummary(
    stage="currency_indices", months=4, computed=3, rows=90, columns=224, seconds=10.0, began=1000.0
)


def test_one_shard_is_the_stage():
    assert together([FIRST]) == FIRST


def test_months_and_rows_are_those_of_all_shards():
    found = together([FIRST, replace(FIRST, months=5, computed=5, rows=120)])
    assert (found.stage, found.months, found.computed, found.rows, found.columns) == (
        "currency_indices",
        9,
        8,
        210,
        224,
    )


@pytest.mark.parametrize(
    ("began", "seconds", "in_all"),
    [(1000, 8, 10), (1004, 10, 14), (1010, 5, 15), (87400, 5, 15)],
    ids=["inside", "overlapping", "one after another", "cleared a day later"],
)
def test_its_seconds_are_those_in_which_a_shard_computed(began, seconds, in_all):
    other = replace(FIRST, began=float(began), seconds=float(seconds))
    assert together([FIRST, other]).seconds == together([other, FIRST]).seconds == in_all


def test_what_shards_used_is_added_up_and_a_shard_of_before_leaves_it_unknown():
    used = replace(FIRST, cpu_seconds=3.0, month_seconds=8.0, waited_seconds=6.0, at_once=2, vcpus=4)
    found = together([used, replace(used, at_once=1)])
    assert (found.cpu_seconds, found.month_seconds, found.waited_seconds) == (6.0, 16.0, 12.0)
    assert (found.at_once, found.tasks, found.vcpus, found.waited_share) == (2, 2, 4, 0.75)
    assert together([used, FIRST]).cpu_seconds is None
