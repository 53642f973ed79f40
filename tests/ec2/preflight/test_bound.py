"""What binds an instance to its type, and what another type takes from it."""

from typing import Any

import pytest

from ec2_resize.preflight import lost_on_resize, tied_to_type
from ec2_resize.preflight.route import ResizeRoute
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulated.asking import code, modify
from tests.ec2.simulator import BASE, WORK, Simulator, eventually

EQUIVALENT = "t3a.2xlarge"
GROUP_ARN = "arn:aws:resource-groups:us-east-1:123456789012:group/ours"


def reserved(aws: Simulator, **wanted: Any) -> str:
    it = private_instance(aws, "stopped")
    aws.ec2.modify_instance_capacity_reservation_attributes(
        InstanceId=it, CapacityReservationSpecification=wanted
    )
    return it


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
    it = reserved(aws, **wanted)
    found = checks(aws, it)
    assert troubles(found) == {"capacity reservation": "failed"}
    assert found["capacity reservation"].what_to_do.endswith(
        "aws ec2 modify-instance-capacity-reservation-attributes "
        f"--instance-id {it} --capacity-reservation-specification CapacityReservationPreference=open"
    )
    modify(aws, it, WORK)  # and so it is
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "ReservationCapacityExceeded"


@pytest.mark.parametrize("preference", ["open", "none"])
def test_an_instance_that_may_run_without_a_reservation(aws: Simulator, preference: str) -> None:
    found = checks(aws, reserved(aws, CapacityReservationPreference=preference))
    assert troubles(found) == {}
    assert found["capacity reservation"].found == preference


def test_a_product_of_the_marketplace(aws: Simulator, it: str) -> None:
    aws.show(
        it, ProductCodes=[{"ProductCodeId": "7badopnb0xj09q5lvbsczt82f", "ProductCodeType": "marketplace"}]
    )
    found = checks(aws, it, [BASE, EQUIVALENT])
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


def test_a_product_code_of_the_image_alone_binds_nobody(aws: Simulator, it: str) -> None:
    aws.show(it, ProductCodes=[{"ProductCodeId": "774F4FF8", "ProductCodeType": "devpay"}])
    assert troubles(checks(aws, it)) == {}


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
    ids=lambda it: next(iter(it)) if isinstance(it, dict) else it,
)
def test_licences_that_are_paid_or_counted(aws: Simulator, it: str, shown: dict[str, Any], says: str) -> None:
    aws.show(it, **shown)
    found = checks(aws, it)
    assert troubles(found) == {"licenses": "warning"}
    assert says in found["licenses"].found


@pytest.mark.parametrize("operation", ["RunInstances", "RunInstances:00g0", "RunInstances:0800"])
def test_a_system_without_a_price_of_its_own(aws: Simulator, it: str, operation: str) -> None:
    aws.show(it, UsageOperation=operation, PlatformDetails="Linux/UNIX")
    assert troubles(checks(aws, it)) == {}


def grouped(aws: Simulator, strategy: str, instance_type: str) -> str:
    aws.ec2.create_placement_group(GroupName=f"in-{strategy}", Strategy=strategy)
    return private_instance(aws, instance_type=instance_type, Placement={"GroupName": f"in-{strategy}"})


def test_a_group_that_takes_no_base_type(aws: Simulator) -> None:
    it = grouped(aws, "cluster", WORK)
    found = checks(aws, it)
    assert troubles(found) == {"placement group": "failed"}
    assert found["placement group"].found == f"in-cluster (cluster); not for {BASE}"
    assert (
        f'modify-instance-placement --instance-id {it} --group-name ""' in found["placement group"].what_to_do
    )
    aws.bring(it, "stopped")  # and so it is
    eventually(lambda: aws.state(it) == "stopped")
    modify(aws, it, BASE)
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "InvalidParameterCombination"


def test_a_cluster_has_little_room(aws: Simulator) -> None:
    found = checks(aws, grouped(aws, "cluster", "m6i.2xlarge"), ["m6i.2xlarge"])
    assert troubles(found) == {"placement group": "warning"}


def test_a_group_that_takes_all_types(aws: Simulator) -> None:
    found = checks(aws, grouped(aws, "spread", BASE))
    assert troubles(found) == {}
    assert found["placement group"].found == "in-spread (spread)"


def test_a_group_that_may_not_be_looked_at(aws: Simulator) -> None:
    it = grouped(aws, "spread", BASE)
    aws.fail("DescribePlacementGroups", error="UnauthorizedOperation", status=403)
    found = checks(aws, it)
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
    known = {it: {"DedicatedHostsSupported": it != "t2.large"} for it in (base, WORK)}
    instance = {"InstanceId": "i-1", "InstanceType": base, "Placement": placement}
    [found] = tied_to_type.tenancy(instance, known, ResizeRoute([base], [WORK]))
    assert found.result == result
    assert bool(found.what_to_do) == (result != "ok")


@pytest.mark.parametrize("more", [{}, {"NestedVirtualization": "enabled"}])
def test_cpu_options_that_another_type_takes(aws: Simulator, more: dict[str, str]) -> None:
    it = private_instance(aws, "stopped")
    aws.ec2.modify_instance_cpu_options(InstanceId=it, CoreCount=2, ThreadsPerCore=1, **more)
    found = checks(aws, it)
    assert troubles(found) == {"CPU options": "warning"}
    line = found["CPU options"]
    assert line.found.startswith("2 cores, 1 thread per core")
    assert "hyperthreading" in line.what_to_do
    assert "license" in line.what_to_do
    back = f"aws ec2 modify-instance-cpu-options --instance-id {it} --core-count 2 --threads-per-core 1"
    assert back + (" --nested-virtualization enabled" if more else "") in line.what_to_do
    modify(aws, it, WORK)  # and so it is
    modify(aws, it, BASE)
    assert aws.describe(it)["CpuOptions"] == {"CoreCount": 4, "ThreadsPerCore": 2}


def test_cpu_options_of_the_big_type_come_back_with_no_command(aws: Simulator) -> None:
    it = private_instance(aws, "stopped", WORK)
    aws.ec2.modify_instance_cpu_options(InstanceId=it, CoreCount=8, ThreadsPerCore=2)
    found = checks(aws, it)
    assert troubles(found) == {"CPU options": "warning"}
    assert "modify-instance-cpu-options" not in found["CPU options"].what_to_do


def test_options_of_a_type_that_has_none_are_not_judged() -> None:
    instance = {"InstanceId": "i-1", "InstanceType": "c7i.metal-24xl", "CpuOptions": {}}
    [found] = lost_on_resize.cpu_options(
        instance, {"c7i.metal-24xl": {"VCpuInfo": {}}}, ResizeRoute([BASE], [WORK])
    )
    assert found.result == "ok"


def test_an_instance_store_is_lost(aws: Simulator) -> None:
    found = checks(aws, private_instance(aws, instance_type="m5d.large"), ["m5d.large"])
    assert troubles(found) == {"instance store": "warning"}


def networked(**more: Any) -> dict[str, Any]:
    return {"InstanceId": "i-1", "InstanceType": BASE, **more}


SRD = {"NetworkInterfaces": [{"Attachment": {"EnaSrdSpecification": {"EnaSrdEnabled": True}}}]}
WEIGHTED = {"NetworkPerformanceOptions": {"BandwidthWeighting": "vpc-1"}}


@pytest.mark.parametrize(
    ("instance", "takes", "result"),
    [
        (networked(), {}, "ok"),
        (networked(NetworkPerformanceOptions={"BandwidthWeighting": "default"}), {}, "ok"),
        (networked(**SRD), {"EnaSrdSupported": True}, "ok"),
        (networked(**SRD), {"EnaSrdSupported": False}, "warning"),
        (networked(**WEIGHTED), {"BandwidthWeightings": ["default", "vpc-1", "ebs-1"]}, "ok"),
        (networked(**WEIGHTED), {}, "warning"),
    ],
)
def test_network_options_that_not_every_type_has(
    instance: dict[str, Any], takes: dict[str, Any], result: str
) -> None:
    known = {
        BASE: {"NetworkInfo": {"EnaSrdSupported": True, "BandwidthWeightings": ["vpc-1"]}},
        WORK: {"NetworkInfo": takes},
    }
    [found] = lost_on_resize.network_options(instance, known, ResizeRoute([BASE], [WORK]))
    assert found.result == result
    assert (WORK in found.found) == (result != "ok")


def test_the_zone_of_an_outpost_does_not_tell_its_types(aws: Simulator, it: str) -> None:
    aws.show(it, OutpostArn="arn:aws:outposts:us-east-1:123456789012:outpost/op-1")
    assert troubles(checks(aws, it)) == {"zone": "warning"}
