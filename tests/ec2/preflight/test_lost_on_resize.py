"""What a stop or another type takes from an instance."""

from typing import Any

import pytest

from ec2_resize.preflight import lost_on_resize
from ec2_resize.preflight.route import ResizeRoute
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulated.asking import modify
from tests.ec2.simulator import BASE, WORK, Simulator


@pytest.mark.parametrize("more", [{}, {"NestedVirtualization": "enabled"}])
def test_cpu_options_that_another_type_takes(aws: Simulator, more: dict[str, str]) -> None:
    instance_id = private_instance(aws, "stopped")
    aws.ec2.modify_instance_cpu_options(InstanceId=instance_id, CoreCount=2, ThreadsPerCore=1, **more)
    found = checks(aws, instance_id)
    assert troubles(found) == {"CPU options": "warning"}
    line = found["CPU options"]
    assert line.found.startswith("2 cores, 1 thread per core")
    assert "hyperthreading" in line.what_to_do
    assert "license" in line.what_to_do
    back = (
        f"aws ec2 modify-instance-cpu-options --instance-id {instance_id} --core-count 2 --threads-per-core 1"
    )
    assert back + (" --nested-virtualization enabled" if more else "") in line.what_to_do
    modify(aws, instance_id, WORK)  # and so it is
    modify(aws, instance_id, BASE)
    assert aws.describe(instance_id)["CpuOptions"] == {"CoreCount": 4, "ThreadsPerCore": 2}


def test_cpu_options_of_the_big_type_come_back_with_no_command(aws: Simulator) -> None:
    instance_id = private_instance(aws, "stopped", WORK)
    aws.ec2.modify_instance_cpu_options(InstanceId=instance_id, CoreCount=8, ThreadsPerCore=2)
    found = checks(aws, instance_id)
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


@pytest.mark.parametrize("option", ["standard", "unlimited"])
def test_the_credit_option_is_told(aws: Simulator, instance_id: str, option: str) -> None:
    wanted = {"InstanceId": instance_id, "CpuCredits": option}
    aws.ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[wanted])
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["credit option"].found.startswith(option)


def test_only_burstable_types_have_a_credit_option(aws: Simulator) -> None:
    assert "credit option" not in checks(aws, private_instance(aws, instance_type=WORK))
