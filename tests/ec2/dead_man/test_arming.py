"""Arming: one schedule an instance, moved with its lease, gone with it."""

from datetime import datetime, timedelta

import pytest

from ec2_instance.dead_man import DeadManSwitch
from tests.ec2.dead_man.case import NOON, TYPES, schedules
from tests.ec2.simulator import Simulator


def test_it_is_armed_for_the_minute_at_which_the_lease_is_over(aws: Simulator, switch: DeadManSwitch) -> None:
    switch.arm(aws.client("scheduler"), "i-0000000a", TYPES, NOON)
    [schedule] = schedules(aws, "i-0000000a")
    assert schedule["ScheduleExpression"] == "at(2027-03-01T12:00:00)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["Target"]["RoleArn"] == switch.scheduler_role_arn
    switch.disarm(aws.client("scheduler"), "i-0000000a")


def test_seconds_and_other_time_zones_do_not_make_it_fire_early(
    aws: Simulator, switch: DeadManSwitch
) -> None:
    in_tokyo = datetime.fromisoformat("2027-03-01T21:00:00.25+09:00")
    switch.arm(aws.client("scheduler"), "i-0000000b", TYPES, in_tokyo)
    [schedule] = schedules(aws, "i-0000000b")
    assert schedule["ScheduleExpression"] == "at(2027-03-01T12:01:00)"
    switch.disarm(aws.client("scheduler"), "i-0000000b")


def test_armed_again_it_moves(aws: Simulator, switch: DeadManSwitch) -> None:
    for hour in range(3):
        switch.arm(aws.client("scheduler"), "i-0000000c", TYPES, NOON + timedelta(hours=hour))
    [schedule] = schedules(aws, "i-0000000c")
    assert schedule["ScheduleExpression"] == "at(2027-03-01T14:00:00)"
    assert schedule["ActionAfterCompletion"] == "DELETE"
    switch.disarm(aws.client("scheduler"), "i-0000000c")


def test_one_that_fires_while_it_is_moved_is_armed_anew(aws: Simulator, switch: DeadManSwitch) -> None:
    scheduler, it = aws.client("scheduler"), "i-0000000d"
    switch.arm(scheduler, it, TYPES, NOON)
    others = aws.client("scheduler")
    scheduler.meta.events.register(
        "before-call.scheduler.UpdateSchedule", lambda **_: switch.disarm(others, it)
    )
    switch.arm(scheduler, it, TYPES, NOON + timedelta(hours=1))
    assert [each["ScheduleExpression"] for each in schedules(aws, it)] == ["at(2027-03-01T13:00:00)"]
    switch.disarm(scheduler, it)


def test_disarmed_it_is_gone_however_often(aws: Simulator, switch: DeadManSwitch) -> None:
    switch.arm(aws.client("scheduler"), "i-0000000e", TYPES, NOON)
    for _ in range(2):
        switch.disarm(aws.client("scheduler"), "i-0000000e")
        assert schedules(aws, "i-0000000e") == []


def test_on_the_way_back_an_armed_one_is_not_moved(aws: Simulator, switch: DeadManSwitch) -> None:
    scheduler, it = aws.client("scheduler"), "i-0000000f"
    switch.arm_if_not_armed(scheduler, it, TYPES, NOON)
    switch.arm_if_not_armed(scheduler, it, TYPES, NOON + timedelta(hours=1))
    assert [each["ScheduleExpression"] for each in schedules(aws, it)] == ["at(2027-03-01T12:00:00)"]
    switch.disarm(scheduler, it)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_its_target_is_of_the_partition_of_the_region(
    aws: Simulator, switch: DeadManSwitch, region: str, partition: str
) -> None:
    scheduler = aws.client("scheduler", region)
    switch.arm(scheduler, "i-00000010", TYPES, NOON)
    target = scheduler.get_schedule(Name="tier1-i-00000010")["Target"]["Arn"]
    assert target == f"arn:{partition}:scheduler:::aws-sdk:ssm:startAutomationExecution"
    switch.disarm(scheduler, "i-00000010")
