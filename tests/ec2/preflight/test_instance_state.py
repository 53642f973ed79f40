"""Whether the instance can be stopped and get another type, in the state that it is in."""

import pytest

from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import BASE, SLOW, Simulator, eventually


def test_a_spot_instance(aws: Simulator) -> None:
    instance_id = private_instance(aws, InstanceMarketOptions={"MarketType": "spot"})
    assert troubles(checks(aws, instance_id)) == {"lifecycle": "failed"}


def test_an_instance_that_can_hibernate(aws: Simulator) -> None:
    instance_id = private_instance(aws, HibernationOptions={"Configured": True})
    assert troubles(checks(aws, instance_id)) == {"hibernation": "failed"}


def test_an_instance_store_as_root(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, RootDeviceType="instance-store")
    assert troubles(checks(aws, instance_id)) == {"root volume": "failed"}


def test_stop_protection(aws: Simulator, instance_id: str) -> None:
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, DisableApiStop={"Value": True})
    found = checks(aws, instance_id)
    assert troubles(found) == {"stop protection": "failed"}
    assert f"--instance-id {instance_id} --no-disable-api-stop" in found["stop protection"].what_to_do


def test_an_instance_that_ends_when_its_system_shuts_down(aws: Simulator) -> None:
    instance_id = private_instance(aws, InstanceInitiatedShutdownBehavior="terminate")
    found = checks(aws, instance_id)
    assert troubles(found) == {"shutdown behavior": "warning"}
    assert (
        f"--instance-id {instance_id} --instance-initiated-shutdown-behavior stop"
        in found["shutdown behavior"].what_to_do
    )


def test_an_equivalent_is_no_type_to_start_from(aws: Simulator) -> None:
    found = checks(aws, private_instance(aws, instance_type="t3a.2xlarge"), [BASE, "t3a.2xlarge"])
    assert troubles(found) == {"present type": "failed"}
    assert f"resize it to {BASE} by hand" in found["present type"].what_to_do


def test_status_checks_that_have_not_passed_yet(aws: Simulator, instance_id: str) -> None:
    aws.every_transition_takes(SLOW * 4)
    aws.ec2.reboot_instances(InstanceIds=[instance_id])
    found = checks(aws, instance_id)
    assert troubles(found) == {"status checks": "warning"}
    assert "initializing" in found["status checks"].found


def test_impaired_status_checks(aws: Simulator, instance_id: str) -> None:
    aws.bring(instance_id, "stopped")
    aws.fail("StartInstances", impaired=True)
    aws.ec2.start_instances(InstanceIds=[instance_id])
    eventually(lambda: aws.checks(instance_id) == "impaired")
    assert troubles(checks(aws, instance_id)) == {"status checks": "failed"}


def test_a_stopped_instance_has_no_status_checks(aws: Simulator) -> None:
    assert "status checks" not in checks(aws, private_instance(aws, "stopped"))


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_scheduled_event(aws: Simulator, state: str) -> None:
    instance_id = private_instance(aws, state)
    aws.schedule_event(instance_id, "instance-retirement")
    found = checks(aws, instance_id)
    assert troubles(found) == {"scheduled events": "failed"}
    assert "instance-retirement" in found["scheduled events"].found


@pytest.mark.parametrize("over", ["Completed", "Canceled"])
def test_an_event_that_is_over_is_none(aws: Simulator, instance_id: str, over: str) -> None:
    aws.schedule_event(instance_id, "system-reboot", f"[{over}] Reboot")
    assert troubles(checks(aws, instance_id)) == {}
