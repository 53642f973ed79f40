"""Stop protection, and dry runs: what asks for permission changes nothing."""

from collections.abc import Callable
from typing import Any

from tests.ec2.simulated.asking import code, credit_option, refusal, run
from tests.ec2.simulator import WORK, Simulator, eventually


def test_stop_protection(aws: Simulator) -> None:
    it = aws.instance()

    def protected() -> bool:
        answer = aws.ec2.describe_instance_attribute(InstanceId=it, Attribute="disableApiStop")
        return answer["DisableApiStop"]["Value"]

    assert not protected()
    aws.ec2.modify_instance_attribute(InstanceId=it, DisableApiStop={"Value": True})
    assert protected()
    assert refusal(aws.ec2.stop_instances, InstanceIds=[it]) == {
        "Code": "OperationNotPermitted",
        "Message": f"The instance '{it}' may not be stopped. "
        "Modify its 'disableApiStop' instance attribute and try again.",
    }
    other = aws.instance()
    assert code(aws.ec2.stop_instances, InstanceIds=[other, it]) == "OperationNotPermitted"
    assert (aws.state(it), aws.state(other)) == ("running", "running")
    aws.ec2.modify_instance_attribute(InstanceId=it, DisableApiStop={"Value": False})
    aws.ec2.stop_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "stopped")


def test_stop_protection_from_the_launch_on(aws: Simulator) -> None:
    it = run(aws, DisableApiStop=True)
    eventually(lambda: aws.state(it) == "running")
    assert code(aws.ec2.stop_instances, InstanceIds=[it]) == "OperationNotPermitted"


def test_dry_runs_of_everything_change_nothing(aws: Simulator) -> None:
    it = aws.instance()
    name = [{"Key": "Name", "Value": "x"}]
    aws.ec2.create_tags(Resources=[it], Tags=name)
    before, credit, ids = aws.describe(it), credit_option(aws, it), {"InstanceIds": [it]}
    standard = [{"InstanceId": it, "CpuCredits": "standard"}]
    dry_runs: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (aws.ec2.create_tags, {"Resources": [it], "Tags": [{"Key": "Other", "Value": "y"}]}),
        (aws.ec2.delete_tags, {"Resources": [it], "Tags": name}),
        (aws.ec2.stop_instances, ids),
        (aws.ec2.terminate_instances, ids),
        (aws.ec2.modify_instance_attribute, {"InstanceId": it, "InstanceType": {"Value": WORK}}),
        (aws.ec2.modify_instance_attribute, {"InstanceId": it, "DisableApiStop": {"Value": True}}),
        (aws.ec2.modify_instance_credit_specification, {"InstanceCreditSpecifications": standard}),
        (aws.ec2.describe_instance_attribute, {"InstanceId": it, "Attribute": "disableApiStop"}),
        (aws.ec2.describe_instance_status, ids),
        (aws.ec2.describe_instance_types, {}),
        (aws.ec2.describe_instances, ids),
    ]
    for call, arguments in dry_runs:
        assert code(call, **arguments, DryRun=True) == "DryRunOperation"
    assert (aws.describe(it), credit_option(aws, it)) == (before, credit)
    assert aws.writes(it) == {}
    protected = aws.ec2.describe_instance_attribute(InstanceId=it, Attribute="disableApiStop")
    assert not protected["DisableApiStop"]["Value"]
