"""What binds an instance to the type that it has: AWS changes the type, and then does not start it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.fit import Described
from ec2_resize.preflight.route import Way

# Linux, or a license that the owner brings along:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
WITHOUT_A_LICENSE_FEE = {"RunInstances", "RunInstances:00g0", "RunInstances:0800"}


def operator(instance: Described) -> Iterator[Check]:
    """Another service of AWS that owns the instance, so that nobody else may stop or change it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
    """
    found = instance.get("Operator") or {}
    managed = found.get("Managed", False)
    yield judge(
        "operator",
        found.get("Principal", "another service") if managed else "none",
        "Only that service may stop and change this instance: use another one.",
        good=not managed,
    )


def capacity_reservation(instance: Described) -> Iterator[Check]:
    """A reservation is for one type in one zone, and who asks for one gets nothing else.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-using.html
    """
    wanted = instance.get("CapacityReservationSpecification") or {}
    targets = list((wanted.get("CapacityReservationTarget") or {}).values())
    preference = wanted.get("CapacityReservationPreference", "open")
    yield judge(
        "capacity reservation",
        f"only {' '.join(targets)}" if targets else preference,
        "A reservation is for one type: AWS would not start another. Stop the instance, and then: "
        "aws ec2 modify-instance-capacity-reservation-attributes "
        f"--instance-id {instance['InstanceId']} "
        "--capacity-reservation-specification CapacityReservationPreference=open",
        good=not targets and preference in {"open", "none"},
    )


def marketplace(instance: Described, way: Way) -> Iterator[Check]:
    """A product of the Marketplace lists the types that it may run on.

    Only sellers can read the list, and only a dry run of a launch tells what it says of a type. That takes a
    permission that nothing else needs, hence the advice.
    """
    codes = [
        it["ProductCodeId"]
        for it in instance.get("ProductCodes") or []
        if it.get("ProductCodeType") == "marketplace"
    ]
    others = [it for it in [*way.work_types, *way.base_types] if it != instance["InstanceType"]]
    ask = f"aws ec2 run-instances --dry-run --image-id {instance.get('ImageId')} --instance-type"
    yield judge(
        "marketplace",
        f"product {', '.join(codes)}; not known whether it allows {', '.join(others)}" if codes else "none",
        f"Ask for each type: {ask} {' or '.join(others)} "
        "(DryRunOperation: allowed; UnsupportedOperation: AWS would not start it).",
        good=not codes,
        otherwise="warning",
    )


def licenses(instance: Described) -> Iterator[Check]:
    """Systems that are paid by vCPU, and license configurations that count vCPUs and refuse a start.

    https://docs.aws.amazon.com/license-manager/latest/userguide/license-configurations.html
    """
    operation = instance.get("UsageOperation", "RunInstances")
    paid = [] if operation in WITHOUT_A_LICENSE_FEE else [instance.get("PlatformDetails", operation)]
    counted = [it["LicenseConfigurationArn"] for it in instance.get("Licenses") or []]
    yield judge(
        "licenses",
        ", ".join([*paid, *counted]) or "none",
        "A license is paid or counted by vCPU: a bigger type costs more than its Linux price, and AWS does "
        "not start it above the hard limit of a license configuration.",
        good=not paid and not counted,
        otherwise="warning",
    )


def placement_group(ec2: Any, instance: Described, known: dict[str, Described], way: Way) -> Iterator[Check]:
    """Not every type may be in every kind of group: none of the T family in a cluster.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
    """
    name = instance["Placement"].get("GroupName")
    if not name:
        yield Check("placement group", "ok", "none")
        return
    strategy = ec2.describe_placement_groups(GroupNames=[name])["PlacementGroups"][0]["Strategy"]
    unfit = [it for it in way.types if it in known and strategy not in _strategies(known[it], strategy)]
    found = f"{name} ({strategy})" + (f"; not for {', '.join(unfit)}" if unfit else "")
    take_out = (
        "Stop the instance and take it out: aws ec2 modify-instance-placement "
        f'--instance-id {instance["InstanceId"]} --group-name ""'
    )
    check = way.judge("placement group", found, unfit, take_out)
    if check.result == "ok" and strategy == "cluster":
        check = Check(
            check.name, "warning", found, f"There may be no room for another type in it. {take_out}"
        )
    yield check


def _strategies(described: Described, default: str) -> list[str]:
    return described.get("PlacementGroupInfo", {}).get("SupportedStrategies", [default])


def tenancy(instance: Described, known: dict[str, Described], way: Way) -> Iterator[Check]:
    """Hardware of one's own takes some types only; a dedicated host those of one family.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-overview.html
    """
    placement = instance["Placement"]
    kind = placement.get("Tenancy", "default")
    if kind != "host":
        what_to_do = f"AWS does not say which types it runs so: make sure of {', '.join(way.types)}."
        yield judge("tenancy", kind, what_to_do, good=kind == "default", otherwise="warning")
        return
    without = {it for it in way.types if not known.get(it, {}).get("DedicatedHostsSupported", True)}
    strangers = {it for it in way.types if _family(it) != _family(instance["InstanceType"])}
    bound = placement.get("Affinity") == "host"
    what_to_do = (
        "Stop the instance and let it run on shared hardware: aws ec2 modify-instance-placement "
        f"--instance-id {instance['InstanceId']} --tenancy default"
    )
    found = "on the host where it started" if bound else "on a host of this account"
    check = way.judge("tenancy", found, without | (strangers if bound else set()), what_to_do)
    if check.result == "ok" and strangers:
        families = ", ".join(sorted({_family(it) for it in way.types}))
        what_to_do = f"A host takes one family: have one with auto-placement for each of {families}."
        check = Check(check.name, "warning", found, what_to_do)
    yield check


def _family(instance_type: str) -> str:
    return instance_type.partition(".")[0]
