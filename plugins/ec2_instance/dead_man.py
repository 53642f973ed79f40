"""The dead-man switch: where nobody moves it on in time, AWS itself makes the instance small.

A one-time schedule of EventBridge Scheduler starts an automation of Systems Manager when the lease has
expired; `deploy/dead-man-switch.yaml` sets up both sides. The automation looks at the lease first, so firing
too often does no harm.
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
# The longest that AWS takes: a switch that fires late is better than one that gave up.
TRY_FOR_A_DAY = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


@dataclass(frozen=True)
class DeadManSwitch:
    """What the stack of `deploy/dead-man-switch.yaml` has set up, by the names of its outputs.

    Attributes:
        scheduler_role_arn: what EventBridge Scheduler may do.
        automation_role_arn: what the automation may do.
        document: name of the automation.
        prefix: what the names of the schedules begin with, before a hyphen and the instance's id.
        group: of the schedules; the role of the scheduler is for this one only.
    """

    scheduler_role_arn: str
    automation_role_arn: str
    document: str
    prefix: str
    group: str = "default"

    def arm(self, scheduler: Any, instance_id: str, types: Sequence[str], fires_at: datetime) -> None:
        """Let it fire when the lease has expired, at `fires_at`; `types` are the safe ones, base type first.

        An instance has one schedule: an armed one is moved, one that fires in this very moment is made anew.
        """
        schedule = self._schedule(scheduler, instance_id, types, fires_at)
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
        self, scheduler: Any, instance_id: str, types: Sequence[str], fires_at: datetime
    ) -> None:
        """The same for the way back, on which an armed one is never moved: that would put it off."""
        try:
            scheduler.create_schedule(**self._schedule(scheduler, instance_id, types, fires_at))
        except ClientError as error:
            if code_of(error) != "ConflictException":
                raise

    def disarm(self, scheduler: Any, instance_id: str) -> None:
        """Take the schedule away, if it is still there."""
        try:
            scheduler.delete_schedule(GroupName=self.group, Name=self._name(instance_id))
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise

    def is_deployed(self, ssm: Any) -> bool:
        """Whether AWS has the automation, ready to run."""
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
        self, scheduler: Any, instance_id: str, types: Sequence[str], fires_at: datetime
    ) -> dict[str, Any]:
        """All of it: what UpdateSchedule is not told again falls back to its default."""
        parameters = {
            "InstanceId": [instance_id],
            "Types": list(types),
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
    """The first full minute, in UTC, at which the lease is over.

    The scheduler fires at some second of the minute that it is told, the first one included, and a switch
    that fires before the lease is over finds nothing to do.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    later = time.astimezone(UTC) + timedelta(minutes=1, microseconds=-1)
    return later.replace(second=0, microsecond=0)
