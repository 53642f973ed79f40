"""The model of a stage's time has the limits that docs/explanation/scaling.md states."""

import math

import pytest

from include.pipeline.scaling import COSTS, LEAST_ROWS, START_SECONDS, Machines, stage_seconds
from include.stages import STAGES

STAGE = "currency_indices"
ROWS, MONTHS = 120 * 30_000, 120
EVERYTHING = Machines(10_000, 10_000, math.inf)


def seconds(machines=EVERYTHING, at_once=1, tasks=1, months=MONTHS):
    return stage_seconds(STAGE, ROWS, months, machines, at_once, tasks) - START_SECONDS


def of_all_rows(micros):
    return pytest.approx(ROWS * micros / 1e6)


def test_every_stage_has_its_costs():
    assert set(COSTS) == {stage.name for stage in STAGES}


def test_one_month_at_a_time_takes_what_was_measured():
    assert seconds() == of_all_rows(COSTS[STAGE].alone)


def test_two_at_once_share_out_all_but_what_holds_the_lock():
    cost = COSTS[STAGE]
    assert seconds(at_once=2) == of_all_rows(cost.locked + (cost.alone - cost.locked) / 2)


def test_with_all_months_at_once_the_lock_is_left_and_tasks_share_it_out():
    cost = COSTS[STAGE]
    one, four = seconds(at_once=MONTHS), seconds(at_once=MONTHS // 4, tasks=4)
    assert one == of_all_rows(cost.locked + (cost.alone - cost.locked) / MONTHS)
    assert four == of_all_rows(cost.locked / 4 + (cost.alone - cost.locked) / MONTHS)


def test_months_are_not_divided():
    assert seconds(at_once=80) == seconds(at_once=60)
    assert seconds(at_once=64, months=3) == seconds(at_once=3, months=3)
    assert seconds(at_once=1, tasks=64, months=3) == seconds(at_once=1, tasks=3, months=3)


def test_processors_are_shared_with_a_database_on_the_same_machine():
    cost = COSTS[STAGE]
    both = cost.locked + cost.unlocked + cost.server
    assert seconds(Machines(2, None, math.inf), 16, 4) == of_all_rows(both / 2)


def test_a_database_elsewhere_has_its_own_processors():
    assert seconds(Machines(10_000, 2, math.inf), 16, 4) == of_all_rows(COSTS[STAGE].server / 2)


def test_a_slow_disk_decides_however_big_the_machine_is():
    assert seconds(Machines(10_000, 10_000, 1e6), 30, 4) == of_all_rows(COSTS[STAGE].disk)


def test_a_month_of_few_bars_takes_as_long_as_one_of_some_more():
    assert stage_seconds(STAGE, MONTHS * 21, MONTHS, EVERYTHING, 1) == stage_seconds(
        STAGE, MONTHS * LEAST_ROWS, MONTHS, EVERYTHING, 1
    )


def test_a_stage_without_months_takes_its_start():
    assert stage_seconds(STAGE, 0, 0, EVERYTHING, 1) == START_SECONDS


@pytest.mark.parametrize("machines", [Machines(2), Machines(32), Machines(32, 8), EVERYTHING])
def test_more_months_at_once_never_take_longer(machines):
    times = [seconds(machines, at_once) for at_once in range(1, 65)]
    assert times == sorted(times, reverse=True)
