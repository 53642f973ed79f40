"""What ties an instance to the type that it has."""

from typing import Any

import pytest

from ec2_resize.preflight import tied_to_type
from ec2_resize.preflight.route import ResizeRoute
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulated.asking import code, modify
from tests.ec2.simulator import BASE, WORK, Simulator, eventually

EQUIVALENT = "t3a.2xlarge"
GROUP_ARN = "arn:aws:resource-groups:us-east-1:123456789012:group/ours"


def reserved(aws: Simulator, **wanted: Any) -> str:
    instance_id = private_instance(aws, "stopped")
    aws.ec2.modify_instance_capacity_reservation_attributes(
        InstanceId=instance_id, CapacityReservationSpecification=wanted
    )
    return instance_id


@pytest.mark.parametrize(
    "wanted",
    [
        {"CapacityReservationTarget": {"CapacityReservationId": "cr-0123456789abcdef0"}},
        {"CapacityReservationTarget": {"CapacityReservationResourceGroupArn": GROUP_ARN}},
        {"CapacityReservationPreference": "capacity-reservations-only"},
    ],
    ids=["reservation", "group", "only"],
)
def test_an_instance_that_runs_only_in_reserved_capacity(aws: Simulator, wanted: dict[str, Any]) -> None:
    instance_id = reserved(aws, **wanted)
    found = checks(aws, instance_id)
    assert troubles(found) == {"capacity reservation": "failed"}
    assert found["capacity reservation"].what_to_do.endswith(
        "aws ec2 modify-instance-capacity-reservation-attributes "
        f"--instance-id {instance_id} --capacity-reservation-specification CapacityReservationPreference=open"
    )
    modify(aws, instance_id, WORK)  # and so it is
    assert code(aws.ec2.start_instances, InstanceIds=[instance_id]) == "ReservationCapacityExceeded"


@pytest.mark.parametrize("preference", ["open", "none"])
def test_an_instance_that_may_run_without_a_reservation(aws: Simulator, preference: str) -> None:
    found = checks(aws, reserved(aws, CapacityReservationPreference=preference))
    assert troubles(found) == {}
    assert found["capacity reservation"].found == preference


def test_a_product_of_the_marketplace(aws: Simulator, instance_id: str) -> None:
    aws.show(
        instance_id,
        ProductCodes=[{"ProductCodeId": "7badopnb0xj09q5lvbsczt82f", "ProductCodeType": "marketplace"}],
    )
    found = checks(aws, instance_id, [BASE, EQUIVALENT])
    assert troubles(found) == {"marketplace": "warning"}
    line = found["marketplace"]
    assert "7badopnb0xj09q5lvbsczt82f" in line.found
    assert f"{WORK}, {EQUIVALENT}" in line.found
    assert (
        f"aws ec2 run-instances --dry-run --image-id ami-1e749f67 --instance-type {WORK}" in line.what_to_do
    )


def test_a_way_that_never_leaves_its_type_asks_no_product() -> None:
    instance = {"InstanceId": "i-1", "InstanceType": BASE, "ImageId": "ami-1", "ProductCodes": []}
    [found] = tied_to_type.marketplace(instance, ResizeRoute([BASE], [BASE]))
    assert found.result == "ok"


def test_a_product_code_of_the_image_alone_binds_nobody(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, ProductCodes=[{"ProductCodeId": "774F4FF8", "ProductCodeType": "devpay"}])
    assert troubles(checks(aws, instance_id)) == {}


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        ({"UsageOperation": "RunInstances:0010", "PlatformDetails": "Red Hat Enterprise Linux"}, "Red Hat"),
        ({"UsageOperation": "RunInstances:0002", "PlatformDetails": "Windows"}, "Windows"),
        (
            {"Licenses": [{"LicenseConfigurationArn": "arn:aws:license-manager:1"}]},
            "arn:aws:license-manager:1",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_licences_that_are_paid_or_counted(
    aws: Simulator, instance_id: str, shown: dict[str, Any], says: str
) -> None:
    aws.show(instance_id, **shown)
    found = checks(aws, instance_id)
    assert troubles(found) == {"licenses": "warning"}
    assert says in found["licenses"].found


@pytest.mark.parametrize("operation", ["RunInstances", "RunInstances:00g0", "RunInstances:0800"])
def test_a_system_without_a_price_of_its_own(aws: Simulator, instance_id: str, operation: str) -> None:
    aws.show(instance_id, UsageOperation=operation, PlatformDetails="Linux/UNIX")
    assert troubles(checks(aws, instance_id)) == {}


def grouped(aws: Simulator, strategy: str, instance_type: str) -> str:
    aws.ec2.create_placement_group(GroupName=f"in-{strategy}", Strategy=strategy)
    return private_instance(aws, instance_type=instance_type, Placement={"GroupName": f"in-{strategy}"})


def test_a_group_that_takes_no_base_type(aws: Simulator) -> None:
    instance_id = grouped(aws, "cluster", WORK)
    found = checks(aws, instance_id)
    assert troubles(found) == {"placement group": "failed"}
    assert found["placement group"].found == f"in-cluster (cluster); not for {BASE}"
    assert (
        f'modify-instance-placement --instance-id {instance_id} --group-name ""'
        in found["placement group"].what_to_do
    )
    aws.bring(instance_id, "stopped")  # and so it is
    eventually(lambda: aws.state(instance_id) == "stopped")
    modify(aws, instance_id, BASE)
    assert code(aws.ec2.start_instances, InstanceIds=[instance_id]) == "InvalidParameterCombination"


def test_a_cluster_has_little_room(aws: Simulator) -> None:
    found = checks(aws, grouped(aws, "cluster", "m6i.2xlarge"), ["m6i.2xlarge"])
    assert troubles(found) == {"placement group": "warning"}


def test_a_group_that_takes_all_types(aws: Simulator) -> None:
    found = checks(aws, grouped(aws, "spread", BASE))
    assert troubles(found) == {}
    assert found["placement group"].found == "in-spread (spread)"


def test_a_group_that_may_not_be_looked_at(aws: Simulator) -> None:
    instance_id = grouped(aws, "spread", BASE)
    aws.fail("DescribePlacementGroups", error="UnauthorizedOperation", status=403)
    found = checks(aws, instance_id)
    assert troubles(found) == {"placement group": "warning"}
    assert "Allow ec2:DescribePlacementGroups" in found["placement group"].what_to_do


@pytest.mark.parametrize(
    ("placement", "base", "result"),
    [
        ({"Tenancy": "default"}, BASE, "ok"),
        ({"Tenancy": "dedicated"}, BASE, "warning"),  # AWS does not say which types it has
        ({"Tenancy": "host"}, "c7i.large", "ok"),  # a host of one family
        ({"Tenancy": "host"}, BASE, "warning"),  # there may be a host for either
        ({"Tenancy": "host", "Affinity": "host"}, BASE, "failed"),
        ({"Tenancy": "host"}, "t2.large", "failed"),  # there are no such hosts
    ],
)
def test_hardware_of_ones_own(placement: dict[str, str], base: str, result: str) -> None:
    known = {name: {"DedicatedHostsSupported": name != "t2.large"} for name in (base, WORK)}
    instance = {"InstanceId": "i-1", "InstanceType": base, "Placement": placement}
    [found] = tied_to_type.tenancy(instance, known, ResizeRoute([base], [WORK]))
    assert found.result == result
    assert bool(found.what_to_do) == (result != "ok")
