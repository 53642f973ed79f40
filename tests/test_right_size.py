"""What a run would have taken on another size, worked out by hand from figures that are easy to divide."""

from dataclasses import replace

import pytest

from include.pipeline import scaling
from include.pipeline.right_size import seconds_on
from include.pipeline.scaling import START_SECONDS, Machines, RowCost
from include.settings import AUTO
from tests.report.facts import STAGE

# of a row 1 us with the lock, 1 us without it, 8 us in PostgreSQL
COST = RowCost(alone=10.0, locked=1.0, unlocked=1.0, server=8.0, disk=0.001)
# ten months at once: 1 us with the lock and a tenth of the other 9, which makes 1.9 s; it took twice as long
DONE = replace(STAGE, computed=10, rows=1_000_000, at_once=10, vcpus=32, seconds=2 * 1.9 + START_SECONDS)


@pytest.fixture(autouse=True)
def _costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scaling.COSTS, STAGE.stage, COST)


def seconds(*stages, vcpus=2, wanted=AUTO):
    found = seconds_on(stages, Machines(vcpus), wanted)
    return found and found - len(stages) * START_SECONDS


def test_it_is_what_the_model_says_times_how_wrong_that_was_here():
    assert seconds(DONE, vcpus=32) == pytest.approx(2 * 1.9)
    # two at once: 1 us with the lock and half of the other 9
    assert seconds(DONE) == pytest.approx(2 * 5.5)


def test_a_number_of_months_that_was_asked_for_stays_what_it_is():
    # the two processors are the limit: 10 us / 2
    assert seconds(DONE, wanted=10) == pytest.approx(2 * 5.0)


def test_it_is_of_all_stages_that_computed_something():
    nothing = replace(DONE, computed=0, at_once=0)
    assert seconds(DONE, DONE) == pytest.approx(2 * 2 * 5.5)
    assert seconds_on([DONE, nothing], Machines(2), AUTO) == seconds_on([DONE], Machines(2), AUTO)


@pytest.mark.parametrize("stages", [[], [replace(DONE, computed=0)], [replace(DONE, vcpus=0)]])
def test_what_was_not_measured_is_not_estimated(stages):
    assert seconds_on(stages, Machines(2), AUTO) is None
