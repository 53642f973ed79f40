"""What ties an instance to the type that it has: AWS changes the type, and then does not start it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.route import ResizeRoute

# Linux, or a license that the owner brings along:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
WITHOUT_A_LICENSE_FEE = {"RunInstances", "RunInstances:00g0", "RunInstances:0800"}


def capacity_reservation(instance: Described) -> Iterator[Check]:
    """Check that it may run outside of capacity reservations: a reservation is for one type in one zone.

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


def marketplace(instance: Described, route: ResizeRoute) -> Iterator[Check]:
    """Check that it runs no product of the Marketplace: each product lists the types that it may run on.

    Only sellers can read the list. Anyone else learns it from the dry run of a launch, which takes a
    permission that nothing else needs: the line has the command.
    """
    codes = [
        product["ProductCodeId"]
        for product in instance.get("ProductCodes") or []
        if product.get("ProductCodeType") == "marketplace"
    ]
    present = instance["InstanceType"]
    others = [name for name in [*route.work_types, *route.base_types] if name != present]
    command = f"aws ec2 run-instances --dry-run --image-id {instance.get('ImageId')} --instance-type"
    yield judge(
        "marketplace",
        f"product {', '.join(codes)}; not known whether it allows {', '.join(others)}" if codes else "none",
        f"Ask for each type: {command} {' or '.join(others)} "
        "(DryRunOperation: allowed; UnsupportedOperation: AWS would not start it).",
        good=not codes,
        otherwise="warning",
    )


def licenses(instance: Described) -> Iterator[Check]:
    """Check that no license is paid or counted by vCPU; a license configuration may refuse a start.

    https://docs.aws.amazon.com/license-manager/latest/userguide/license-configurations.html
    """
    operation = instance.get("UsageOperation", "RunInstances")
    paid = [] if operation in WITHOUT_A_LICENSE_FEE else [instance.get("PlatformDetails", operation)]
    counted = [each["LicenseConfigurationArn"] for each in instance.get("Licenses") or []]
    yield judge(
        "licenses",
        ", ".join([*paid, *counted]) or "none",
        "A license is paid or counted by vCPU: a bigger type costs more than its Linux price, and AWS does "
        "not start it above the hard limit of a license configuration. Check both for the work types.",
        good=not paid and not counted,
        otherwise="warning",
    )


def placement_group(
    ec2: Any, instance: Described, known: dict[str, Described], route: ResizeRoute
) -> Iterator[Check]:
    """Check that its placement group takes all types: a cluster takes none of the T family.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html
    """
    name = instance["Placement"].get("GroupName")
    if not name:
        yield Check("placement group", "ok", "none")
        return
    strategy = ec2.describe_placement_groups(GroupNames=[name])["PlacementGroups"][0]["Strategy"]
    types = {each: known[each] for each in route.types if each in known}
    unfit = [each for each, described in types.items() if strategy not in _strategies(described, strategy)]
    found = f"{name} ({strategy})" + (f"; not for {', '.join(unfit)}" if unfit else "")
    take_out = (
        "Stop the instance and take it out: aws ec2 modify-instance-placement "
        f'--instance-id {instance["InstanceId"]} --group-name ""'
    )
    check = route.judge("placement group", found, unfit, take_out)
    if check.result == "ok" and strategy == "cluster":
        what_to_do = f"The cluster may have no room for another type. {take_out}"
        check = Check(check.name, "warning", found, what_to_do)
    yield check


def _strategies(described: Described, default: str) -> list[str]:
    return described.get("PlacementGroupInfo", {}).get("SupportedStrategies", [default])


def tenancy(instance: Described, known: dict[str, Described], route: ResizeRoute) -> Iterator[Check]:
    """Check that its hardware takes all types: a dedicated host takes one family only.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-overview.html
    """
    placement = instance["Placement"]
    kind = placement.get("Tenancy", "default")
    if kind != "host":
        what_to_do = (
            f"AWS does not say which types run as {kind} instances: make sure of {', '.join(route.types)}."
        )
        yield judge("tenancy", kind, what_to_do, good=kind == "default", otherwise="warning")
        return
    without = {name for name in route.types if not known.get(name, {}).get("DedicatedHostsSupported", True)}
    other_families = {name for name in route.types if _family(name) != _family(instance["InstanceType"])}
    one_host = placement.get("Affinity") == "host"
    what_to_do = (
        "Stop the instance and let it run on shared hardware: aws ec2 modify-instance-placement "
        f"--instance-id {instance['InstanceId']} --tenancy default"
    )
    found = "on the host where it started" if one_host else "on a host of this account"
    check = route.judge("tenancy", found, without | (other_families if one_host else set()), what_to_do)
    if check.result == "ok" and other_families:
        families = ", ".join(sorted({_family(name) for name in route.types}))
        what_to_do = f"A host takes one family: have one with auto-placement for each of {families}."
        check = Check(check.name, "warning", found, what_to_do)
    yield check


def _family(instance_type: str) -> str:
    return instance_type.partition(".")[0]
