"""The credit option of burstable types, which a change of type forgets."""

import pytest
from botocore.exceptions import ClientError

from tests.ec2.simulated.asking import credit_option, modify
from tests.ec2.simulator import BASE, WORK, Simulator


def choose(aws: Simulator, it: str, option: str) -> str | None:
    """Choose the credit option; the code of the objection, if any."""
    wanted = [{"InstanceId": it, "CpuCredits": option}]
    answer = aws.ec2.modify_instance_credit_specification(InstanceCreditSpecifications=wanted)
    done = [one["InstanceId"] for one in answer["SuccessfulInstanceCreditSpecifications"]]
    failed = {one["InstanceId"]: one["Error"] for one in answer["UnsuccessfulInstanceCreditSpecifications"]}
    assert {*done, *failed} == {it}
    return failed[it]["Code"] if failed else None


@pytest.mark.parametrize(
    ("instance_type", "default"),
    [("t3.large", "unlimited"), ("t3a.large", "unlimited"), ("t2.large", "standard"), (WORK, "standard")],
)
def test_the_default_of_the_credit_option(aws: Simulator, instance_type: str, default: str) -> None:
    it = aws.instance("stopped", instance_type)
    assert credit_option(aws, it) == default
    told = aws.ec2.describe_instance_credit_specifications()["InstanceCreditSpecifications"]
    assert (it in {one["InstanceId"] for one in told}) == (default == "unlimited")


def test_the_credit_option_is_kept_within_the_family_and_forgotten_outside(aws: Simulator) -> None:
    it = aws.instance()
    assert choose(aws, it, "standard") is None
    aws.bring(it, "stopped")
    modify(aws, it, "t3a.2xlarge")
    assert credit_option(aws, it) == "standard"
    modify(aws, it, WORK)
    modify(aws, it, BASE)
    assert credit_option(aws, it) == "unlimited"


def test_a_credit_option_that_cannot_be_chosen(aws: Simulator) -> None:
    big, base = aws.instance("stopped", WORK), aws.instance("stopped")
    assert choose(aws, big, "unlimited") == "InstanceCreditSpecification.NotSupported"
    assert choose(aws, "i-00000000000000000", "unlimited") == "InvalidInstanceID.NotFound"
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        choose(aws, base, "endless")
    assert credit_option(aws, base) == "unlimited"
