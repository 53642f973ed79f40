"""The credit option that an instance gets back."""

import logging

import pytest

from ec2_instance import credit_option
from tests.ec2.simulated.asking import credit_option as credit_option_of
from tests.ec2.simulated.asking import run
from tests.ec2.simulator import BASE, Simulator

BY_HAND = "Set the credit option of {it} to unlimited by hand: {why}"


def test_an_option_is_put_back(aws: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    it = aws.instance()
    with caplog.at_level(logging.INFO):
        credit_option.restore(aws.ec2, it, BASE, "standard")
    assert credit_option_of(aws, it) == "standard"
    assert caplog.messages == [f"The credit option of {it} is standard again"]


def test_an_option_that_aws_does_not_take_for_this_instance_is_no_success(
    aws: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """AWS answers with a list of what has failed, and without an error."""
    it = run(aws, Placement={"Tenancy": "host"})
    with caplog.at_level(logging.INFO):
        credit_option.restore(aws.ec2, it, BASE, "unlimited")
    [text] = caplog.messages
    why = "InstanceCreditSpecification.NotSupported: "
    assert text.startswith(BY_HAND.format(it=it, why=why))


def test_an_option_that_may_not_be_changed(aws: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    it = aws.instance()
    credit_option.restore(aws.ec2, it, BASE, "standard")
    aws.fail("ModifyInstanceCreditSpecification", error="UnauthorizedOperation", status=403)
    with caplog.at_level(logging.INFO):
        credit_option.restore(aws.ec2, it, BASE, "unlimited")
    assert caplog.messages[-1].startswith(BY_HAND.format(it=it, why="An error occurred"))


def test_an_answer_that_says_nothing_of_the_instance_is_no_success(
    aws: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """As an endpoint answers that is not quite AWS."""

    class NotQuite:
        describe_instance_credit_specifications = aws.ec2.describe_instance_credit_specifications

        def modify_instance_credit_specification(self, **_: object) -> dict[str, object]:
            return {}

    it = aws.instance()
    with caplog.at_level(logging.INFO):
        credit_option.restore(NotQuite(), it, BASE, "standard")
    assert caplog.messages[0].startswith(f"Set the credit option of {it} to standard by hand: ")
