"""Who else uses, stops or replaces the instance: runs, services of AWS, people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ec2_instance.clients import Clients
from ec2_instance.holder import RunIdentity, Tags, tags_of
from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, judge

SCALING_GROUP_TAG = "aws:autoscaling:groupName"
# by default: https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/
SCHEDULE_TAG = "Schedule"
BUSY_PERCENT = 20
LOOK_BACK = timedelta(minutes=15)
PERIOD = timedelta(minutes=5)  # CloudWatch has no shorter one without detailed monitoring


def lease(instance: Described, tags: Tags, who: RunIdentity) -> Iterator[Check]:
    """Check that no other run holds the instance."""
    holder = tags.holder_of(instance)
    if holder is None:
        yield Check("lease", "ok", "none")
    elif holder.is_run(who):
        yield Check("lease", "ok", f"{holder}: this run")
    elif holder.is_live:
        what_to_do = "Wait until that run has ended; if it is gone, until its lease has expired."
        yield Check("lease", "failed", str(holder), what_to_do)
    else:
        yield Check("lease", "ok", f"{holder}: expired")


def operator(instance: Described) -> Iterator[Check]:
    """Check that no other service of AWS owns the instance: only that one could stop and change it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
    """
    owner = instance.get("Operator") or {}
    managed = owner.get("Managed", False)
    yield judge(
        "operator",
        owner.get("Principal", "another service") if managed else "none",
        "Only that service may stop and change this instance: use another one.",
        good=not managed,
    )


def scaling_group(aws: Clients, instance: Described) -> Iterator[Check]:
    """Check that no Auto Scaling group has it: a group replaces an instance that stops by a new one.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html
    """
    group = tags_of(instance).get(SCALING_GROUP_TAG)
    if group is None:
        answer = aws.brief("autoscaling").describe_auto_scaling_instances(
            InstanceIds=[instance["InstanceId"]]
        )
        members = answer["AutoScalingInstances"]
        group = members[0]["AutoScalingGroupName"] if members else None
    what_to_do = "Detach the instance from the group, which replaces an instance that stops."
    yield judge("scaling group", group or "none", what_to_do, good=group is None)


def schedule(instance: Described) -> Iterator[Check]:
    """Check that AWS's Instance Scheduler does not stop and start it by the clock."""
    tags = tags_of(instance)
    yield judge(
        "schedule",
        tags.get(SCHEDULE_TAG, "none"),
        "The Instance Scheduler may stop the instance during the work, or start it during a resize: "
        f"remove its tag {SCHEDULE_TAG}, or run while the schedule does nothing.",
        good=SCHEDULE_TAG not in tags,
        otherwise="warning",
    )


def in_use(aws: Clients, instance: Described) -> Iterator[Check]:
    """Check that its CPUs are idle."""
    if instance["State"]["Name"] != "running":
        return
    now = datetime.now(UTC)
    answer = aws.brief("cloudwatch").get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "InstanceId", "Value": instance["InstanceId"]}],
        StartTime=now - LOOK_BACK,
        EndTime=now,
        Period=int(PERIOD.total_seconds()),
        Statistics=["Average"],
    )
    averages = [point["Average"] for point in answer["Datapoints"]]
    found = f"up to {max(averages):.0f} % of its CPUs in the last 15 minutes" if averages else "no data yet"
    yield judge(
        "in use",
        found,
        "Somebody may be working on the instance: ask them before the run stops it.",
        good=max(averages, default=0) <= BUSY_PERCENT,
        otherwise="warning",
    )
