"""Who asks, and what the account and the zone have to give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ec2_instance.clients import Clients
from ec2_instance.size import Described, chosen_vcpus, describe_types
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.route import ResizeRoute

# "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", counted in vCPUs:
# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
QUOTA = "L-1216C47A"
STANDARD = re.compile(r"(a|c|d|h|im|is|i|m|r|t|z)\d")


def identity(aws: Clients) -> Iterator[Check]:
    """Tell who asks, and where."""
    caller = aws.brief("sts").get_caller_identity()
    yield Check("identity", "ok", f"{caller['Arn']} in account {caller['Account']}, {aws.region}")


def zone(ec2: Any, instance: Described, route: ResizeRoute) -> Iterator[Check]:
    """Check that the instance's zone has all types: an instance cannot leave its zone."""
    name = instance["Placement"]["AvailabilityZone"]
    if "OutpostArn" in instance:
        what_to_do = f"Make sure that the Outpost has {', '.join(route.types)}."
        yield Check("zone", "warning", f"{name}, on {instance['OutpostArn']}", what_to_do)
        return
    answer = ec2.describe_instance_type_offerings(
        LocationType="availability-zone",
        Filters=[{"Name": "location", "Values": [name]}, {"Name": "instance-type", "Values": route.types}],
    )
    offered = {offering["InstanceType"] for offering in answer["InstanceTypeOfferings"]}
    yield route.judge(
        "zone",
        f"{name} has {', '.join(sorted(offered)) or 'none of the types'}",
        set(route.types) - offered,
        "Choose types that the zone has, or move the instance to another zone.",
    )


def quota(
    aws: Clients, instance: Described, known: dict[str, Described], route: ResizeRoute
) -> Iterator[Check]:
    """Check that the biggest work type may run beside all other instances; the base type then may, too."""
    sizes = {name: known[name]["VCpuInfo"]["DefaultVCpus"] for name in route.work_types if name in known}
    if others := [name for name in sizes if not STANDARD.match(name)]:
        found = f"{QUOTA} is not for {', '.join(others)}"
        yield Check("other quotas", "warning", found, "Check the quota of these types by hand.")
    standard = [name for name in sizes if name not in others]
    if not standard:
        return
    biggest = max(standard, key=lambda name: sizes[name])
    answer = aws.brief("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode=QUOTA)
    allowed = int(answer["Quota"]["Value"])
    used = _used_by_others(aws.connection_ec2, instance["InstanceId"])
    yield judge(
        "quota",
        f"{allowed} vCPUs allowed, {used} in use by others, {sizes[biggest]} needed for {biggest}",
        f"Request an increase of {QUOTA} or stop other instances.",
        good=used + sizes[biggest] <= allowed,
    )


def _used_by_others(ec2: Any, instance_id: str) -> int:
    """Return how many vCPUs that the quota counts all other instances have."""
    state = {"Name": "instance-state-name", "Values": ["pending", "running"]}
    per_page = {"PageSize": 1000}
    pages = ec2.get_paginator("describe_instances").paginate(Filters=[state], PaginationConfig=per_page)
    instances = [each for page in pages for group in page["Reservations"] for each in group["Instances"]]
    others = [each for each in instances if each["InstanceId"] != instance_id and _counts(each)]
    types = describe_types(ec2, [each["InstanceType"] for each in others if not each.get("CpuOptions")])
    return sum(_vcpus(each, types) for each in others)


def _vcpus(instance: Described, types: dict[str, Described]) -> int:
    return chosen_vcpus(instance) or types[instance["InstanceType"]]["VCpuInfo"]["DefaultVCpus"]


def _counts(instance: Described) -> bool:
    """Tell whether the quota counts it: Spot, capacity blocks and dedicated hosts have other quotas."""
    on_demand = not instance.get("InstanceLifecycle") and instance["Placement"].get("Tenancy") != "host"
    return on_demand and bool(STANDARD.match(instance["InstanceType"]))
