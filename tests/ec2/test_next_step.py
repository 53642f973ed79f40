"""Which step brings an instance closer to its goal, as a table."""

import pytest

from ec2_instance.reading import Instance
from ec2_resize.step import Goal, Step, next_step
from tests.ec2.simulator import BASE, WORK


@pytest.mark.parametrize(
    ("state", "instance_type", "checks", "step"),
    [
        ("running", WORK, "ok", Step.DONE),
        ("running", WORK, "initializing", Step.WAIT),
        ("running", WORK, "impaired", Step.IMPAIRED),
        ("running", BASE, "ok", Step.STOP),
        ("running", BASE, "initializing", Step.STOP),
        ("running", BASE, "impaired", Step.STOP),
        ("stopping", WORK, "", Step.WAIT),
        ("stopping", BASE, "", Step.WAIT),
        ("stopped", BASE, "", Step.MODIFY),
        ("stopped", WORK, "", Step.START),
        ("pending", WORK, "", Step.WAIT),
        ("pending", BASE, "", Step.WAIT),
        ("shutting-down", WORK, "", Step.GONE),
        ("terminated", BASE, "", Step.GONE),
    ],
)
def test_next_step(state: str, instance_type: str, checks: str, step: Step) -> None:
    assert next_step(Instance("i-1", instance_type, state, checks), Goal(WORK)) is step
