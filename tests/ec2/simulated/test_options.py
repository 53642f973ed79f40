"""What an instance was told to be apart from its type: another type forgets it, or AWS does not start it."""

from typing import Any

import pytest

from tests.ec2.simulated.asking import code, credit_option, modify, refusal, run
from tests.ec2.simulator import BASE, WORK, Simulator, eventually

TARGET = {"CapacityReservationTarget": {"CapacityReservationId": "cr-0123456789abcdef0"}}
GROUP_ARN = "arn:aws:resource-groups:us-east-1:123456789012:group/ours"
ONE_THREAD = {"CoreCount": 2, "ThreadsPerCore": 1}


def start(aws: Simulator, it: str) -> None:
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "running")


def stopped(aws: Simulator, **more: Any) -> str:
    it = run(aws, **more)
    eventually(lambda: aws.state(it) == "running")
    aws.bring(it, "stopped")
    return it


def reserve(aws: Simulator, it: str, **wanted: Any) -> None:
    aws.ec2.modify_instance_capacity_reservation_attributes(
        InstanceId=it, CapacityReservationSpecification=wanted
    )


@pytest.mark.parametrize(
    "wanted",
    [
        TARGET,
        {"CapacityReservationTarget": {"CapacityReservationResourceGroupArn": GROUP_ARN}},
        {"CapacityReservationPreference": "capacity-reservations-only"},
    ],
    ids=["reservation", "group", "only"],
)
def test_a_reservation_is_for_one_type(aws: Simulator, wanted: dict[str, Any]) -> None:
    it = aws.instance("stopped")
    reserve(aws, it, **wanted)
    assert aws.describe(it)["CapacityReservationSpecification"] == wanted
    start(aws, it)
    aws.bring(it, "stopped")
    modify(aws, it, WORK)
    assert refusal(aws.ec2.start_instances, InstanceIds=[it]) == {
        "Code": "ReservationCapacityExceeded",
        "Message": "The requested reservation does not have sufficient compatible and available capacity "
        "for this request.",
    }
    assert aws.state(it) == "stopped"
    reserve(aws, it, CapacityReservationPreference="open")
    start(aws, it)


@pytest.mark.parametrize("preference", ["open", "none"])
def test_without_a_target_any_type_starts(aws: Simulator, preference: str) -> None:
    it = stopped(aws, CapacityReservationSpecification={"CapacityReservationPreference": preference})
    assert aws.describe(it)["CapacityReservationSpecification"] == {
        "CapacityReservationPreference": preference
    }
    modify(aws, it, WORK)
    start(aws, it)


def test_a_target_is_chosen_at_the_launch_or_while_the_instance_is_stopped(aws: Simulator) -> None:
    it = stopped(aws, CapacityReservationSpecification=TARGET)
    modify(aws, it, WORK)
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "ReservationCapacityExceeded"
    running = aws.instance()
    wanted = {"CapacityReservationPreference": "none"}
    call = aws.ec2.modify_instance_capacity_reservation_attributes
    assert code(call, InstanceId=running, CapacityReservationSpecification=wanted) == "IncorrectInstanceState"


def test_a_product_of_the_marketplace_takes_the_types_that_it_lists(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.show(
        it, ProductCodes=[{"ProductCodeId": "7badopnb0xj09q5lvbsczt82f", "ProductCodeType": "marketplace"}]
    )
    aws.product("7badopnb0xj09q5lvbsczt82f", BASE)
    start(aws, it)
    aws.bring(it, "stopped")
    modify(aws, it, WORK)
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "UnsupportedOperation"
    aws.product("7badopnb0xj09q5lvbsczt82f", BASE, WORK)
    start(aws, it)


def test_cpu_options_are_remembered_until_the_type_changes(aws: Simulator) -> None:
    it = stopped(aws, CpuOptions=ONE_THREAD)
    assert aws.describe(it)["CpuOptions"] == ONE_THREAD
    start(aws, it)
    assert aws.describe(it)["CpuOptions"] == ONE_THREAD
    aws.bring(it, "stopped")
    modify(aws, it, BASE)
    assert aws.describe(it)["CpuOptions"] == ONE_THREAD  # this is no change
    modify(aws, it, WORK)
    assert aws.describe(it)["CpuOptions"] == {"CoreCount": 16, "ThreadsPerCore": 2}
    modify(aws, it, BASE)
    assert aws.describe(it)["CpuOptions"] == {"CoreCount": 4, "ThreadsPerCore": 2}


def test_cpu_options_are_changed_while_the_instance_is_stopped(aws: Simulator) -> None:
    it = aws.instance()
    change = aws.ec2.modify_instance_cpu_options
    assert code(change, InstanceId=it, **ONE_THREAD) == "IncorrectInstanceState"
    aws.bring(it, "stopped")
    assert code(change, InstanceId=it, CoreCount=3, ThreadsPerCore=2) == "InvalidParameterCombination"
    answer = change(InstanceId=it, **ONE_THREAD)
    assert (answer["InstanceId"], answer["CoreCount"], answer["ThreadsPerCore"]) == (it, 2, 1)
    assert aws.describe(it)["CpuOptions"] == ONE_THREAD
    nested = change(InstanceId=it, **ONE_THREAD, NestedVirtualization="enabled")
    assert nested["NestedVirtualization"] == "enabled"
    assert aws.describe(it)["CpuOptions"] == {**ONE_THREAD, "NestedVirtualization": "enabled"}


def test_a_placement_group_does_not_take_every_type(aws: Simulator) -> None:
    aws.ec2.create_placement_group(GroupName="near", Strategy="cluster")
    [group] = aws.ec2.describe_placement_groups(GroupNames=["near"])["PlacementGroups"]
    assert (group["GroupName"], group["Strategy"], group["State"]) == ("near", "cluster", "available")
    it = stopped(aws, instance_type=WORK, Placement={"GroupName": "near"})
    assert aws.describe(it)["Placement"]["GroupName"] == "near"
    start(aws, it)
    aws.bring(it, "stopped")
    modify(aws, it, BASE)
    assert refusal(aws.ec2.start_instances, InstanceIds=[it]) == {
        "Code": "InvalidParameterCombination",
        "Message": f"Placement groups may not be used with instances of type '{BASE}'.",
    }
    aws.ec2.modify_instance_placement(InstanceId=it, GroupName="")
    start(aws, it)
    assert code(aws.ec2.describe_placement_groups, GroupNames=["far"]) == "InvalidPlacementGroup.Unknown"


def test_ebs_optimization_is_not_for_every_type(aws: Simulator) -> None:
    it = stopped(aws, EbsOptimized=True)
    modify(aws, it, "t2.large")
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "Unsupported"
    modify(aws, it, WORK)
    start(aws, it)


def test_with_a_second_interface_no_new_public_address_comes(aws: Simulator) -> None:
    it = aws.instance()
    subnet = aws.describe(it)["SubnetId"]
    interface = aws.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    aws.ec2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=it, DeviceIndex=1)
    assert "PublicIpAddress" in aws.describe(it)
    aws.bring(it, "stopped")
    start(aws, it)
    assert "PublicIpAddress" not in aws.describe(it)


def test_a_t3_on_a_dedicated_host_is_never_unlimited(aws: Simulator) -> None:
    it = run(aws, Placement={"Tenancy": "host"})
    assert credit_option(aws, it) == "standard"
    wanted = [{"InstanceId": it, "CpuCredits": "unlimited"}]
    answer = aws.ec2.modify_instance_credit_specification(InstanceCreditSpecifications=wanted)
    [failed] = answer["UnsuccessfulInstanceCreditSpecifications"]
    assert failed["Error"]["Code"] == "InstanceCreditSpecification.NotSupported"
