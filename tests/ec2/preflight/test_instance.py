"""What stands in the way of stopping the instance and of changing its type."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ec2_resize.preflight.other_users import SCALING_GROUP_TAG
from tests.ec2.preflight import outcome
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import BASE, HERE, SLOW, TAGS, Simulator, eventually


def lease(aws: Simulator, it: str, run: str, minutes: float, owner: str = HERE) -> None:
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    tags = {TAGS.run: run, TAGS.dag: "tier1", TAGS.expires: expires.isoformat(), TAGS.owner: owner}
    aws.ec2.create_tags(Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def test_a_spot_instance(aws: Simulator) -> None:
    it = private_instance(aws, InstanceMarketOptions={"MarketType": "spot"})
    assert troubles(checks(aws, it)) == {"lifecycle": "failed"}


def test_an_instance_that_can_hibernate(aws: Simulator) -> None:
    it = private_instance(aws, HibernationOptions={"Configured": True})
    assert troubles(checks(aws, it)) == {"hibernation": "failed"}


def test_an_instance_store_as_root(aws: Simulator, it: str) -> None:
    aws.show(it, RootDeviceType="instance-store")
    assert troubles(checks(aws, it)) == {"root volume": "failed"}


def test_stop_protection(aws: Simulator, it: str) -> None:
    aws.ec2.modify_instance_attribute(InstanceId=it, DisableApiStop={"Value": True})
    found = checks(aws, it)
    assert troubles(found) == {"stop protection": "failed"}
    assert f"--instance-id {it} --no-disable-api-stop" in found["stop protection"].what_to_do


def test_an_instance_that_ends_when_its_system_shuts_down(aws: Simulator) -> None:
    it = private_instance(aws, InstanceInitiatedShutdownBehavior="terminate")
    found = checks(aws, it)
    assert troubles(found) == {"shutdown behavior": "warning"}
    assert (
        f"--instance-id {it} --instance-initiated-shutdown-behavior stop"
        in found["shutdown behavior"].what_to_do
    )


def test_an_instance_that_another_service_manages(aws: Simulator, it: str) -> None:
    aws.show(it, Operator={"Managed": True, "Principal": "eks.amazonaws.com"})
    found = checks(aws, it)
    assert troubles(found) == {"operator": "failed"}
    assert found["operator"].found == "eks.amazonaws.com"
    aws.show(it, Operator={"Managed": False})
    assert troubles(checks(aws, it)) == {}


def test_an_equivalent_is_no_type_to_start_from(aws: Simulator) -> None:
    found = checks(aws, private_instance(aws, instance_type="t3a.2xlarge"), [BASE, "t3a.2xlarge"])
    assert troubles(found) == {"present type": "failed"}
    assert f"resize it to {BASE} by hand" in found["present type"].what_to_do


@pytest.fixture
def group(aws: Simulator, it: str) -> Iterator[str]:
    """An Auto Scaling group that the instance is in."""
    scaling = aws.client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="one", ImageId="ami-1e749f67", InstanceType=BASE
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="workers",
        LaunchConfigurationName="one",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
    )
    scaling.attach_instances(InstanceIds=[it], AutoScalingGroupName="workers")
    yield "workers"
    scaling.delete_auto_scaling_group(AutoScalingGroupName="workers", ForceDelete=True)
    scaling.delete_launch_configuration(LaunchConfigurationName="one")


def test_an_instance_of_a_scaling_group(aws: Simulator, it: str, group: str) -> None:
    aws.fail("DescribeAutoScalingInstances", error="AccessDenied", status=403)  # its tag tells, too
    found = checks(aws, it)
    assert troubles(found) == {"scaling group": "failed"}
    assert found["scaling group"].found == group


def test_an_instance_of_a_scaling_group_without_its_tag(aws: Simulator, it: str, group: str) -> None:
    aws.ec2.delete_tags(Resources=[it], Tags=[{"Key": SCALING_GROUP_TAG}])
    assert checks(aws, it)["scaling group"].found == group
    assert troubles(checks(aws, it)) == {"scaling group": "failed"}


def test_the_lease_of_another_run_that_is_live(aws: Simulator, it: str) -> None:
    lease(aws, it, "manual__another", minutes=10)
    found = checks(aws, it)
    assert troubles(found) == {"lease": "failed"}
    assert found["lease"].found.startswith(
        "leased by run manual__another of DAG tier1 in Airflow this-airflow until "
    )


def test_a_run_of_the_same_name_in_another_airflow_is_in_the_way(aws: Simulator, it: str) -> None:
    lease(aws, it, outcome.RUN, minutes=10, owner="another-airflow")
    assert troubles(checks(aws, it)) == {"lease": "failed"}


@pytest.mark.parametrize(
    ("run", "minutes", "says"), [(outcome.RUN, 10, "this run"), ("manual__another", -1, "expired")]
)
def test_a_lease_that_is_not_in_the_way(aws: Simulator, it: str, run: str, minutes: float, says: str) -> None:
    lease(aws, it, run, minutes)
    found = checks(aws, it)
    assert troubles(found) == {}
    assert found["lease"].found.endswith(f": {says}")


def test_status_checks_that_have_not_passed_yet(aws: Simulator, it: str) -> None:
    aws.every_transition_takes(SLOW * 4)
    aws.ec2.reboot_instances(InstanceIds=[it])
    found = checks(aws, it)
    assert troubles(found) == {"status checks": "warning"}
    assert "initializing" in found["status checks"].found


def test_impaired_status_checks(aws: Simulator, it: str) -> None:
    aws.bring(it, "stopped")
    aws.fail("StartInstances", impaired=True)
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.checks(it) == "impaired")
    assert troubles(checks(aws, it)) == {"status checks": "failed"}


def test_a_stopped_instance_has_no_status_checks(aws: Simulator) -> None:
    assert "status checks" not in checks(aws, private_instance(aws, "stopped"))


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_a_scheduled_event(aws: Simulator, state: str) -> None:
    it = private_instance(aws, state)
    aws.schedule_event(it, "instance-retirement")
    found = checks(aws, it)
    assert troubles(found) == {"scheduled events": "failed"}
    assert "instance-retirement" in found["scheduled events"].found


@pytest.mark.parametrize("over", ["Completed", "Canceled"])
def test_an_event_that_is_over_is_none(aws: Simulator, it: str, over: str) -> None:
    aws.schedule_event(it, "system-reboot", f"[{over}] Reboot")
    assert troubles(checks(aws, it)) == {}
