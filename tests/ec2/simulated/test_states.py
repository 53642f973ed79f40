"""The states of an instance: what takes time, what is allowed in which."""

import pytest
from botocore.exceptions import ClientError

from tests.ec2.simulated.asking import code, modify
from tests.ec2.simulator import BASE, SLOW, TRILLIUM, WORK, Simulator, eventually


def test_the_instance_of_the_runbook_is_there(aws: Simulator) -> None:
    it = aws.describe(TRILLIUM)
    assert (it["InstanceType"], it["State"]["Name"], it["RootDeviceType"]) == (BASE, "running", "ebs")
    assert (it["Placement"]["AvailabilityZone"], it["Tags"]) == (
        "us-east-1a",
        [{"Key": "Name", "Value": "trillium-master"}],
    )
    assert aws.checks(TRILLIUM) == "ok"
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_states_take_time(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    aws.ec2.stop_instances(InstanceIds=[it])
    assert aws.state(it) == "stopping"
    eventually(lambda: aws.state(it) == "stopped")
    aws.ec2.start_instances(InstanceIds=[it])
    assert aws.state(it) == "pending"
    assert aws.checks(it) == ""
    eventually(lambda: aws.state(it) == "running")
    assert aws.checks(it) == "initializing"
    eventually(lambda: aws.checks(it) == "ok")


def test_the_public_address_changes_and_the_private_one_stays(aws: Simulator) -> None:
    it = aws.instance()
    before = aws.describe(it)
    aws.ec2.stop_instances(InstanceIds=[it])
    assert "PublicIpAddress" not in aws.describe(it)
    eventually(lambda: aws.state(it) == "stopped")
    aws.ec2.start_instances(InstanceIds=[it])
    after = aws.describe(it)
    assert after["PublicIpAddress"] != before["PublicIpAddress"]
    assert after["PrivateIpAddress"] == before["PrivateIpAddress"]


@pytest.mark.parametrize("state", ["running", "stopping", "pending"])
def test_the_type_changes_only_while_stopped(aws: Simulator, state: str) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    aws.bring(it, state)
    with pytest.raises(ClientError, match="IncorrectInstanceState"):
        modify(aws, it, WORK)
    assert aws.describe(it)["InstanceType"] == BASE


@pytest.mark.parametrize("wanted", ["c7i.9xlarge", "t4g.2xlarge"])
def test_a_type_that_does_not_exist_or_does_not_fit_is_refused(aws: Simulator, wanted: str) -> None:
    it = aws.instance("stopped")
    with pytest.raises(ClientError, match="InvalidInstanceAttributeValue"):
        modify(aws, it, wanted)


def test_only_one_attribute_per_modify(aws: Simulator) -> None:
    it = aws.instance("stopped")
    both = {"InstanceType": {"Value": WORK}, "EbsOptimized": {"Value": True}}
    assert code(aws.ec2.modify_instance_attribute, InstanceId=it, **both) == "InvalidParameterCombination"


def test_a_type_that_the_zone_does_not_have_is_refused_at_the_start(aws: Simulator) -> None:
    it = aws.instance("stopped")
    modify(aws, it, "p3dn.24xlarge")
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "Unsupported"


def test_a_stopping_instance_cannot_be_started(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    aws.bring(it, "stopping")
    assert code(aws.ec2.start_instances, InstanceIds=[it]) == "IncorrectInstanceState"


def test_starting_what_runs_and_stopping_what_is_stopped_changes_nothing(aws: Simulator) -> None:
    running, stopped = aws.instance(), aws.instance("stopped")
    address = aws.describe(running)["PublicIpAddress"]
    aws.ec2.start_instances(InstanceIds=[running])
    aws.ec2.stop_instances(InstanceIds=[stopped])
    assert (aws.state(running), aws.describe(running)["PublicIpAddress"]) == ("running", address)
    assert aws.state(stopped) == "stopped"


def test_unknown_and_malformed_ids(aws: Simulator) -> None:
    for call in (aws.ec2.stop_instances, aws.ec2.describe_instances, aws.ec2.describe_instance_status):
        assert code(call, InstanceIds=["i-00000000000000000"]) == "InvalidInstanceID.NotFound"
        assert code(call, InstanceIds=["trillium"]) == "InvalidInstanceID.Malformed"


def test_a_dry_run_changes_nothing(aws: Simulator) -> None:
    assert code(aws.ec2.stop_instances, InstanceIds=[TRILLIUM], DryRun=True) == "DryRunOperation"
    assert aws.state(TRILLIUM) == "running"
