"""What the verdict asks AWS: it needs the answer about the instance, and is content without the others."""

from dataclasses import replace
from typing import Any

import pytest

from include.report.model import Facts, InstanceNow
from tests.ec2.simulator import BASE, WORK, Simulator
from tests.report.facts import DOWNSIZE, STAGES, UPSIZE
from tests.tier1_tasks.left import params
from tier1_tasks.at_the_end import rung_of, with_what_aws_says
from tier1_tasks.form import RunParams
from tier1_tasks.host.placement import ON_THE_INSTANCE


def facts(instance_id: str = "i-0", **changed: Any) -> Facts:
    known: dict[str, Any] = {
        "run_id": "run",
        "parameters": params(instance_id=instance_id),
        "stages": STAGES,
        "upsize": UPSIZE,
        "downsize": DOWNSIZE,
        "instance": InstanceNow(type=BASE, state="running", zone="us-east-1a"),
    }
    return Facts(**{**known, **changed})


@pytest.fixture
def _in_a_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instance has a worker of its own, and the database is not on it."""
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "tier1")
    monkeypatch.setattr("tier1_tasks.right_size.hosts", lambda _: [])


def run(found: Facts) -> RunParams:
    return RunParams.of(found.parameters)


@pytest.mark.parametrize(
    ("instance_type", "rung"),
    [
        (BASE, "type 1 of the 3 that would do outside of a run: the base type"),
        ("m6i.2xlarge", "type 3 of the 3 that would do outside of a run"),
        (WORK, "type 1 of the 2 that would do for the work"),
        ("t3.nano", "which is none of this run's types"),
    ],
)
def test_where_a_type_stands_is_told(instance_type: str, rung: str) -> None:
    assert rung_of(RunParams.of(params(work_type=f"{WORK},c6i.8xlarge")), instance_type) == rung


@pytest.mark.usefixtures("_in_a_queue")
def test_prices_and_the_size_that_would_have_done_are_added(aws: Simulator) -> None:
    aws.price(WORK, 1.6, spot_usd=0.61)
    asked = facts(aws.instance())
    found = with_what_aws_says(run(asked), asked)
    assert {price.type: price.hourly_usd for price in found.prices} == {BASE: 0.3328, WORK: 1.6}
    assert found.spot is not None
    assert (found.spot.type, found.spot.hourly_usd) == (WORK, 0.61)
    assert found.on_base_type is not None
    assert (found.on_base_type.type, found.on_base_type.vcpus) == (BASE, 8)
    # 8 months at once need no more than its 8 vCPUs
    assert found.on_base_type.seconds == pytest.approx(sum(stage.seconds for stage in STAGES))
    assert found.looked_at


def test_without_a_worker_on_the_instance_its_size_does_not_matter(aws: Simulator) -> None:
    asked = facts(aws.instance())
    assert with_what_aws_says(run(asked), asked).on_base_type is None


@pytest.mark.usefixtures("_in_a_queue")
@pytest.mark.parametrize("action", ["GetProducts", "DescribeSpotPriceHistory", "DescribeInstanceTypes"])
def test_a_question_that_aws_refuses_leaves_the_others(aws: Simulator, action: str) -> None:
    aws.price(WORK, 1.6, spot_usd=0.61)
    asked = facts(aws.instance())
    aws.fail(action, error="UnauthorizedOperation", status=403)
    found = with_what_aws_says(run(asked), asked)
    known = (found.prices[-1].hourly_usd == 1.6, found.spot is not None, found.on_base_type is not None)
    assert known == (
        action != "GetProducts",
        action != "DescribeSpotPriceHistory",
        action != "DescribeInstanceTypes",
    )


@pytest.mark.usefixtures("_in_a_queue")
def test_where_aws_has_not_told_the_instance_nothing_else_is_asked(aws: Simulator) -> None:
    asked = facts(instance=None)
    found = with_what_aws_says(run(asked), asked)
    assert (found.spot, found.on_base_type, found.looked_at) == (None, None, "")
    assert {price.type for price in found.prices} == {BASE, WORK}
    assert aws.calls() == []


def test_a_run_that_has_not_grown_has_the_prices_of_what_it_was_to_become(aws: Simulator) -> None:
    aws.price(WORK, 1.6, spot_usd=0.61)
    asked = replace(facts(), upsize=None, downsize=None)
    found = with_what_aws_says(run(asked), asked)
    assert found.spot is not None
    assert {price.type for price in found.prices} == {BASE, WORK}
