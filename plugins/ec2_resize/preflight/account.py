"""What the account and the region have to give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ec2_instance.dead_man import DeadManSwitch
from ec2_resize.preflight.asking import Aws
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.fit import Described, describe_types
from ec2_resize.preflight.route import Way

# "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", counted in vCPUs:
# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
QUOTA = "L-1216C47A"
STANDARD = re.compile(r"(a|c|d|h|im|is|i|m|r|t|z)\d")


def identity(aws: Aws) -> Iterator[Check]:
    """Who asks, and where."""
    who = aws.client("sts").get_caller_identity()
    yield Check("identity", "ok", f"{who['Arn']} in account {who['Account']}, {aws.region}")


def zone(ec2: Any, instance: Described, way: Way) -> Iterator[Check]:
    """An instance cannot leave its zone."""
    name = instance["Placement"]["AvailabilityZone"]
    if "OutpostArn" in instance:
        what_to_do = f"Make sure that the Outpost has {', '.join(way.types)}."
        yield Check("zone", "warning", f"{name}, on {instance['OutpostArn']}", what_to_do)
        return
    answer = ec2.describe_instance_type_offerings(
        LocationType="availability-zone",
        Filters=[{"Name": "location", "Values": [name]}, {"Name": "instance-type", "Values": way.types}],
    )
    offered = {it["InstanceType"] for it in answer["InstanceTypeOfferings"]}
    yield way.judge(
        "zone",
        f"{name} has {', '.join(sorted(offered)) or 'none of them'}",
        set(way.types) - offered,
        "Choose types that the zone has, or move the instance to another zone.",
    )


def quota(aws: Aws, instance: Described, known: dict[str, Described], way: Way) -> Iterator[Check]:
    """Whether the biggest work type may run beside everything else; then the smaller base type may, too."""
    sizes = {it: known[it]["VCpuInfo"]["DefaultVCpus"] for it in way.work_types if it in known}
    if others := [it for it in sizes if not STANDARD.match(it)]:
        found = f"{QUOTA} is not for {', '.join(others)}"
        yield Check("other quotas", "warning", found, "Check the quota of such types by hand.")
    standard = [it for it in sizes if it not in others]
    if not standard:
        return
    biggest = max(standard, key=lambda it: sizes[it])
    allowed = aws.client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode=QUOTA)
    allowed = int(allowed["Quota"]["Value"])
    used = _used_by_others(aws.ec2, instance["InstanceId"])
    yield judge(
        "quota",
        f"{allowed} vCPUs allowed, {used} in use by others, {sizes[biggest]} needed for {biggest}",
        f"Request an increase of {QUOTA} or stop other instances.",
        good=used + sizes[biggest] <= allowed,
    )


def dead_man_switch(aws: Aws, switch: DeadManSwitch | None) -> Iterator[Check]:
    """Whether AWS itself would make the instance small."""
    if switch is None:
        yield Check(
            "dead-man switch",
            "warning",
            "not set up",
            "While Airflow is down, nothing makes the instance small: see deploy/README.md.",
        )
        return
    yield judge(
        "dead-man switch",
        switch.document,
        "There is no such document: deploy its stack (deploy/README.md), or unset TIER1_DEAD_MAN_DOCUMENT.",
        good=switch.is_deployed(aws.client("ssm")),
    )


def _used_by_others(ec2: Any, instance_id: str) -> int:
    """How many vCPUs all other instances have that the quota counts."""
    state = {"Name": "instance-state-name", "Values": ["pending", "running"]}
    per_page = {"PageSize": 1000}
    pages = ec2.get_paginator("describe_instances").paginate(Filters=[state], PaginationConfig=per_page)
    found = [it for page in pages for group in page["Reservations"] for it in group["Instances"]]
    others = [it for it in found if it["InstanceId"] != instance_id and _counts(it)]
    types = describe_types(ec2, [it["InstanceType"] for it in others if not it.get("CpuOptions")])
    return sum(_vcpus(it, types) for it in others)


def _vcpus(instance: Described, types: dict[str, Described]) -> int:
    if options := instance.get("CpuOptions"):
        return options["CoreCount"] * options["ThreadsPerCore"]
    return types[instance["InstanceType"]]["VCpuInfo"]["DefaultVCpus"]


def _counts(instance: Described) -> bool:
    """Spot instances, capacity blocks and dedicated hosts have quotas of their own."""
    on_demand = not instance.get("InstanceLifecycle") and instance["Placement"].get("Tenancy") != "host"
    return on_demand and bool(STANDARD.match(instance["InstanceType"]))
