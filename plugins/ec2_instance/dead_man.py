"""The dead-man switch: AWS itself makes the instance small when nobody renews its lease.

A one-time schedule of EventBridge Scheduler starts an automation of Systems Manager when the lease has
expired. The automation and two roles have to be set up beforehand. The automation takes the parameters
`InstanceId`, `Types` (the base type first) and `AutomationAssumeRole`, and reads the lease before each step,
so that it does no harm when it is started although the lease still holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from ec2_instance.errors import code_of

START_AUTOMATION = "arn:{partition}:scheduler:::aws-sdk:ssm:startAutomationExecution"
# The longest times that AWS allows: a late start of the automation is better than none.
TRY_FOR_A_DAY = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


@dataclass(frozen=True)
class DeadManSwitch:
    """What has been set up in AWS.

    Attributes:
        scheduler_role_arn: the role with which EventBridge Scheduler starts the automation.
        automation_role_arn: the role with which the automation changes the instance.
        document: name of the automation.
        prefix: what the names of the schedules begin with, before a hyphen and the instance's id.
        group: the group of the schedules.
    """

    scheduler_role_arn: str
    automation_role_arn: str
    document: str
    prefix: str
    group: str = "default"

    def arm(self, scheduler: Any, instance_id: str, safe_types: Sequence[str], fires_at: datetime) -> None:
        """Let the switch fire at a time, also where it is armed for another time.

        An instance has one schedule. One that is there is moved; one that fires in between is created again.

        Args:
            scheduler: a client of EventBridge Scheduler.
            instance_id: the instance.
            safe_types: the types that the instance may be left on, the base type first.
            fires_at: when the lease has expired.

        Raises:
            ClientError: AWS refuses the schedule.
        """
        schedule = self._schedule(scheduler, instance_id, safe_types, fires_at)
        for put, unless in (
            (scheduler.create_schedule, "ConflictException"),
            (scheduler.update_schedule, "ResourceNotFoundException"),
            (scheduler.create_schedule, None),
        ):
            try:
                put(**schedule)
            except ClientError as error:
                if code_of(error) != unless:
                    raise
            else:
                return

    def arm_if_not_armed(
        self, scheduler: Any, instance_id: str, safe_types: Sequence[str], fires_at: datetime
    ) -> None:
        """Let the switch fire at a time, unless it is armed; the arguments are those of `arm`.

        For the way back, which must not postpone the switch.

        Raises:
            ClientError: AWS refuses the schedule.
        """
        try:
            scheduler.create_schedule(**self._schedule(scheduler, instance_id, safe_types, fires_at))
        except ClientError as error:
            if code_of(error) != "ConflictException":
                raise

    def disarm(self, scheduler: Any, instance_id: str) -> None:
        """Delete the schedule of an instance, if there is one.

        Raises:
            ClientError: AWS refuses that.
        """
        try:
            scheduler.delete_schedule(GroupName=self.group, Name=self._name(instance_id))
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise

    def is_deployed(self, ssm: Any) -> bool:
        """Tell whether AWS has the automation, ready to run.

        Raises:
            ClientError: AWS does not say.
        """
        try:
            answer = ssm.describe_document(Name=self.document)
        except ClientError as error:
            if code_of(error) != "InvalidDocument":
                raise
            return False
        return answer["Document"]["Status"] == "Active"

    def _name(self, instance_id: str) -> str:
        return f"{self.prefix}-{instance_id}"

    def _schedule(
        self, scheduler: Any, instance_id: str, safe_types: Sequence[str], fires_at: datetime
    ) -> dict[str, Any]:
        """Return the whole schedule: UpdateSchedule resets each setting that is left out to its default."""
        parameters = {
            "InstanceId": [instance_id],
            "Types": list(safe_types),
            "AutomationAssumeRole": [self.automation_role_arn],
        }
        return {
            "GroupName": self.group,
            "Name": self._name(instance_id),
            "Description": f"Makes {instance_id} small when nobody has renewed its lease",
            "ScheduleExpression": f"at({_full_minute_after(fires_at):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": START_AUTOMATION.format(partition=scheduler.meta.partition),
                "RoleArn": self.scheduler_role_arn,
                "Input": json.dumps({"DocumentName": self.document, "Parameters": parameters}),
                "RetryPolicy": TRY_FOR_A_DAY,
            },
        }


def _full_minute_after(time: datetime) -> datetime:
    """Return the first full minute, in UTC, that is not before a time.

    The scheduler fires at any second of the minute that is asked for, the first one included, and an
    automation that starts before the lease has expired finds nothing to do.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    later = time.astimezone(UTC) + timedelta(minutes=1, microseconds=-1)
    return later.replace(second=0, microsecond=0)
