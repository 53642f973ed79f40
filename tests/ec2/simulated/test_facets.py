"""What DescribeInstances and the services around it say of an instance."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.ec2.simulated.asking import IMAGE, modify, run
from tests.ec2.simulator import BASE, WORK, Simulator, eventually


def test_an_instance_is_described_with_what_aws_always_says(aws: Simulator) -> None:
    it = aws.instance("stopped")
    before = aws.describe(it)
    assert (before["Architecture"], before["VirtualizationType"]) == ("x86_64", "hvm")
    assert (before["EnaSupport"], before["CurrentInstanceBootMode"]) == (True, "legacy-bios")
    assert (before["HibernationOptions"], before["CpuOptions"]) == (
        {"Configured": False},
        {"CoreCount": 4, "ThreadsPerCore": 2},
    )
    modify(aws, it, WORK)
    assert aws.describe(it)["CpuOptions"] == {"CoreCount": 16, "ThreadsPerCore": 2}


def test_an_instance_may_be_launched_to_hibernate_or_on_spot(aws: Simulator) -> None:
    hibernates = run(aws, HibernationOptions={"Configured": True})
    assert aws.describe(hibernates)["HibernationOptions"] == {"Configured": True}
    spot = run(aws, InstanceMarketOptions={"MarketType": "spot"})
    assert aws.describe(spot)["InstanceLifecycle"] == "spot"


def test_what_no_call_can_bring_about_can_be_shown(aws: Simulator) -> None:
    it = aws.instance()
    before = aws.describe(it)
    shown = {"EnaSupport": False, "CurrentInstanceBootMode": "uefi", "TpmSupport": "v2.0"}
    aws.show(it, **shown, EnclaveOptions={"Enabled": True})
    assert aws.describe(it) == {**before, **shown, "EnclaveOptions": {"Enabled": True}}
    aws.show(it, **dict.fromkeys(shown), EnclaveOptions=None)
    assert aws.describe(it) == before


def test_a_scheduled_event(aws: Simulator) -> None:
    it = aws.instance()

    def events() -> list[dict[str, Any]]:
        [status] = aws.ec2.describe_instance_status(InstanceIds=[it])["InstanceStatuses"]
        return status.get("Events", [])

    assert events() == []
    aws.schedule_event(it, "instance-retirement", "The instance is running on degraded hardware")
    [event] = events()
    assert (event["Code"], event["Description"]) == (
        "instance-retirement",
        "The instance is running on degraded hardware",
    )
    assert timedelta(minutes=59) < event["NotBefore"] - datetime.now(UTC) <= timedelta(hours=1)
    aws.show(it, Events=None)
    assert events() == []


def public_address(aws: Simulator, it: str) -> tuple[str, str] | None:
    """The public address of the first interface, and who owns it."""
    found = aws.describe(it)["NetworkInterfaces"][0].get("Association")
    return (found["PublicIp"], found["IpOwnerId"]) if found else None


def restart(aws: Simulator, it: str) -> None:
    aws.bring(it, "pending")
    eventually(lambda: aws.state(it) == "running")


def test_an_elastic_ip_stays_and_amazons_does_not(aws: Simulator) -> None:
    it = aws.instance()
    first = public_address(aws, it)
    assert first is not None
    assert first[1] == "amazon"
    restart(aws, it)
    assert public_address(aws, it) != first

    elastic = aws.ec2.allocate_address(Domain="vpc")
    association = aws.ec2.associate_address(AllocationId=elastic["AllocationId"], InstanceId=it)
    kept = (elastic["PublicIp"], "123456789012")
    assert public_address(aws, it) == kept
    aws.bring(it, "stopped")
    assert public_address(aws, it) == kept
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "running")
    assert public_address(aws, it) == kept

    aws.ec2.disassociate_address(AssociationId=association["AssociationId"])
    again = public_address(aws, it)
    assert again is not None
    assert again[1] == "amazon"


def test_membership_in_a_scaling_group(aws: Simulator) -> None:
    it, scaling, group = aws.instance(), aws.client("autoscaling"), {"AutoScalingGroupName": "simulator"}
    assert scaling.describe_auto_scaling_instances(InstanceIds=[it])["AutoScalingInstances"] == []
    template = {"LaunchConfigurationName": "simulator"}
    scaling.create_launch_configuration(**template, ImageId=IMAGE, InstanceType=BASE)
    zones = ["us-east-1a"]
    scaling.create_auto_scaling_group(**group, **template, MinSize=0, MaxSize=1, AvailabilityZones=zones)
    scaling.attach_instances(**group, InstanceIds=[it])
    [member] = scaling.describe_auto_scaling_instances(InstanceIds=[it])["AutoScalingInstances"]
    assert member["AutoScalingGroupName"] == "simulator"
    assert {"Key": "aws:autoscaling:groupName", "Value": "simulator"} in aws.describe(it)["Tags"]
    scaling.delete_auto_scaling_group(**group, ForceDelete=True)


def test_metrics(aws: Simulator) -> None:
    it, cloudwatch, now = aws.instance(), aws.client("cloudwatch"), datetime.now(UTC)
    of_it = [{"Name": "InstanceId", "Value": it}]
    datum = {"MetricName": "CPUUtilization", "Dimensions": of_it, "Value": 42.0, "Unit": "Percent"}
    cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=[datum])
    answer = cloudwatch.get_metric_statistics(
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=of_it,
        StartTime=now - timedelta(minutes=15),
        EndTime=now + timedelta(minutes=1),
        Period=300,
        Statistics=["Average"],
    )
    assert [point["Average"] for point in answer["Datapoints"]] == [42]
