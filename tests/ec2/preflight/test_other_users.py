"""Who else uses, stops or replaces the instance."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ec2_resize.preflight.other_users import SCALING_GROUP_TAG
from tests.ec2.preflight import outcome
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.simulator import BASE, HERE, TAGS, Simulator


def lease(aws: Simulator, instance_id: str, run: str, minutes: float, owner: str = HERE) -> None:
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    tags = {TAGS.run: run, TAGS.dag: "tier1", TAGS.expires: expires.isoformat(), TAGS.owner: owner}
    aws.ec2.create_tags(
        Resources=[instance_id], Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )


def test_an_instance_that_another_service_manages(aws: Simulator, instance_id: str) -> None:
    aws.show(instance_id, Operator={"Managed": True, "Principal": "eks.amazonaws.com"})
    found = checks(aws, instance_id)
    assert troubles(found) == {"operator": "failed"}
    assert found["operator"].found == "eks.amazonaws.com"
    aws.show(instance_id, Operator={"Managed": False})
    assert troubles(checks(aws, instance_id)) == {}


@pytest.fixture
def group(aws: Simulator, instance_id: str) -> Iterator[str]:
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
    scaling.attach_instances(InstanceIds=[instance_id], AutoScalingGroupName="workers")
    yield "workers"
    scaling.delete_auto_scaling_group(AutoScalingGroupName="workers", ForceDelete=True)
    scaling.delete_launch_configuration(LaunchConfigurationName="one")


def test_an_instance_of_a_scaling_group(aws: Simulator, instance_id: str, group: str) -> None:
    aws.fail("DescribeAutoScalingInstances", error="AccessDenied", status=403)  # its tag tells, too
    found = checks(aws, instance_id)
    assert troubles(found) == {"scaling group": "failed"}
    assert found["scaling group"].found == group


def test_an_instance_of_a_scaling_group_without_its_tag(aws: Simulator, instance_id: str, group: str) -> None:
    aws.ec2.delete_tags(Resources=[instance_id], Tags=[{"Key": SCALING_GROUP_TAG}])
    assert checks(aws, instance_id)["scaling group"].found == group
    assert troubles(checks(aws, instance_id)) == {"scaling group": "failed"}


def test_the_lease_of_another_run_that_is_live(aws: Simulator, instance_id: str) -> None:
    lease(aws, instance_id, "manual__another", minutes=10)
    found = checks(aws, instance_id)
    assert troubles(found) == {"lease": "failed"}
    assert found["lease"].found.startswith(
        "leased by run manual__another of DAG tier1 in Airflow this-airflow until "
    )


def test_a_run_of_the_same_name_in_another_airflow_is_in_the_way(aws: Simulator, instance_id: str) -> None:
    lease(aws, instance_id, outcome.RUN, minutes=10, owner="another-airflow")
    assert troubles(checks(aws, instance_id)) == {"lease": "failed"}


@pytest.mark.parametrize(
    ("run", "minutes", "says"), [(outcome.RUN, 10, "this run"), ("manual__another", -1, "expired")]
)
def test_a_lease_that_is_not_in_the_way(
    aws: Simulator, instance_id: str, run: str, minutes: float, says: str
) -> None:
    lease(aws, instance_id, run, minutes)
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["lease"].found.endswith(f": {says}")


def test_a_tag_by_which_another_service_stops_and_starts_it(aws: Simulator, instance_id: str) -> None:
    aws.ec2.create_tags(Resources=[instance_id], Tags=[{"Key": "Schedule", "Value": "office-hours"}])
    found = checks(aws, instance_id)
    assert troubles(found) == {"schedule": "warning"}
    assert "office-hours" in found["schedule"].found


def cpu(aws: Simulator, instance_id: str, percent: float, minutes_ago: float) -> None:
    data = {
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
        "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes_ago),
        "Value": percent,
        "Unit": "Percent",
    }
    aws.client("cloudwatch").put_metric_data(Namespace="AWS/EC2", MetricData=[data])


def test_a_busy_instance(aws: Simulator, instance_id: str) -> None:
    cpu(aws, instance_id, 4, minutes_ago=13)
    cpu(aws, instance_id, 87, minutes_ago=7)
    found = checks(aws, instance_id)
    assert troubles(found) == {"in use": "warning"}
    assert found["in use"].found == "up to 87 % of its CPUs in the last 15 minutes"


def test_an_idle_instance(aws: Simulator, instance_id: str) -> None:
    cpu(aws, instance_id, 99, minutes_ago=30)
    cpu(aws, instance_id, 4, minutes_ago=7)
    found = checks(aws, instance_id)
    assert troubles(found) == {}
    assert found["in use"].found == "up to 4 % of its CPUs in the last 15 minutes"


def test_a_stopped_instance_is_not_in_use(aws: Simulator) -> None:
    assert "in use" not in checks(aws, private_instance(aws, "stopped"))
