"""What does not stand in the way, and a person may want to know before the instance stops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ec2_resize.preflight.asking import Aws
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.fit import Described
from ec2_resize.preflight.permissions import DryRun

# by default: https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/
SCHEDULE_TAG = "Schedule"
BUSY_PERCENT = 20
LOOK_BACK = timedelta(minutes=15)
PERIOD = timedelta(minutes=5)  # CloudWatch has no shorter one without detailed monitoring


def credit_option(ec2: Any, instance: Described, known: dict[str, Described]) -> Iterator[Check]:
    """The T family's `standard` or `unlimited`, which AWS forgets when the type changes."""
    it, now = instance["InstanceId"], instance["InstanceType"]
    if not known.get(now, {}).get("BurstablePerformanceSupported"):
        return
    answer = ec2.describe_instance_credit_specifications(InstanceIds=[it])
    option = answer["InstanceCreditSpecifications"][0]["CpuCredits"]
    yield Check("credit option", "ok", f"{option}; is put back after the way back")
    same = [{"InstanceId": it, "CpuCredits": option}]
    call = partial(ec2.modify_instance_credit_specification, InstanceCreditSpecifications=same, DryRun=True)
    yield DryRun("ModifyInstanceCreditSpecification", call, refusal="warning").check()


def public_ip(instance: Described) -> Iterator[Check]:
    """A stop gives an address of Amazon's back, and a start brings another one where there is one interface.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
    """
    interfaces = instance.get("NetworkInterfaces", [])
    found = [it.get("Association") or {} for it in interfaces]
    found = [it for it in found if "PublicIp" in it]
    lost = [it["PublicIp"] for it in found if it.get("IpOwnerId") == "amazon"]
    kept = [f"{it['PublicIp']} stays" for it in found if it.get("IpOwnerId") != "amazon"]
    more = len(interfaces) > 1
    goes = f"is lost at the stop, and no other comes: it has {len(interfaces)} interfaces"
    yield judge(
        "public IP",
        ", ".join([*(f"{it} {goes if more else 'changes at every stop'}" for it in lost), *kept]) or "none",
        "Use an Elastic IP or a DNS name that is updated, or reach it by its private address.",
        good=not lost,
        otherwise="warning",
    )


def schedule(instance: Described) -> Iterator[Check]:
    """Whether AWS's Instance Scheduler stops and starts it by the clock."""
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    yield judge(
        "schedule",
        tags.get(SCHEDULE_TAG, "none"),
        "It may be stopped in the midst of the work, or started in the midst of a resize: "
        f"take its tag {SCHEDULE_TAG} away, or run when it rests.",
        good=SCHEDULE_TAG not in tags,
        otherwise="warning",
    )


def busy(aws: Aws, instance: Described) -> Iterator[Check]:
    """Whether somebody may be at work on it."""
    if instance["State"]["Name"] != "running":
        return
    now = datetime.now(UTC)
    answer = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "InstanceId", "Value": instance["InstanceId"]}],
        StartTime=now - LOOK_BACK,
        EndTime=now,
        Period=int(PERIOD.total_seconds()),
        Statistics=["Average"],
    )
    averages = [it["Average"] for it in answer["Datapoints"]]
    found = f"up to {max(averages):.0f} % of its CPUs in the last 15 minutes" if averages else "no data yet"
    yield judge(
        "in use",
        found,
        "Somebody may be working on it: ask before it stops.",
        good=max(averages, default=0) <= BUSY_PERCENT,
        otherwise="warning",
    )
