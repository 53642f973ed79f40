"""The preflight shows everything that is wrong at once, and changes nothing."""

import pytest
from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

from ec2_resize.preflight import Check, preflight, table
from tests.ec2.simulator import BASE, SLOW, TRILLIUM, WORK, Simulator


def checks(
    aws: Simulator, instance_id: str = TRILLIUM, base: str = BASE, work: str = WORK
) -> dict[str, Check]:
    found = preflight(EC2Hook(api_type="client_type"), instance_id, base, work)
    return {check.name: check for check in found}


def results(found: dict[str, Check]) -> dict[str, str]:
    return {name: check.result for name, check in found.items() if check.result != "ok"}


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_all_is_well_and_nothing_has_changed(aws: Simulator, state: str) -> None:
    it = aws.instance(state)
    aws.control("DELETE", "calls")
    assert results(checks(aws, it)) == {}
    assert aws.outcome(it) == (BASE, state)
    assert aws.writes(it) == {}


def test_everything_wrong_is_told_at_once(aws: Simulator) -> None:
    it = aws.instance("running", "m5.large")
    aws.every_transition_takes(SLOW)
    aws.bring(it, "stopping")
    wrong = checks(aws, it, work="t4g.2xlarge")
    assert results(wrong) == {"state": "failed", "present type": "failed", "instance types": "failed"}
    assert all(check.what_to_do for check in wrong.values() if check.result == "failed")


def test_a_type_that_does_not_exist(aws: Simulator) -> None:
    assert results(checks(aws, work="c7i.9xlarge")) == {"instance types": "failed", "zone": "failed"}


def test_a_type_that_the_zone_does_not_have(aws: Simulator) -> None:
    assert results(checks(aws, work="p3dn.24xlarge")) == {"zone": "failed"}


def test_an_unknown_instance(aws: Simulator) -> None:
    found = checks(aws, "i-00000000000000000")
    assert results(found) == {"instance": "failed"}
    assert "us-east-1" in found["instance"].found


def test_a_spot_instance_and_an_instance_store(aws: Simulator) -> None:
    answer = aws.ec2.run_instances(
        ImageId="ami-1e749f67",
        MinCount=1,
        MaxCount=1,
        InstanceType=BASE,
        InstanceMarketOptions={"MarketType": "spot"},
    )
    assert results(checks(aws, answer["Instances"][0]["InstanceId"]))["lifecycle"] == "failed"


@pytest.mark.parametrize(
    ("action", "name", "result"),
    [
        ("DescribeInstances", "instance", "failed"),  # without it nothing at all is proven
        ("DescribeInstanceTypes", "instance types", "warning"),
        ("DescribeInstanceTypeOfferings", "zone", "warning"),
    ],
)
def test_a_read_that_is_not_permitted_names_the_permission(
    aws: Simulator, action: str, name: str, result: str
) -> None:
    aws.fail(action, error="UnauthorizedOperation", message="You are not authorized.", status=403)
    found = checks(aws)
    assert results(found) == {name: result}
    assert f"ec2:{action}" in found[name].what_to_do


@pytest.mark.parametrize("action", ["DescribeInstanceTypes", "StopInstances", "GetCallerIdentity"])
def test_a_call_that_the_endpoint_does_not_know_is_a_warning(aws: Simulator, action: str) -> None:
    aws.fail(action, error="InvalidAction", message="The action is not valid.", status=400)
    assert list(results(checks(aws)).values()) == ["warning"]


@pytest.mark.parametrize("action", ["StopInstances", "StartInstances", "ModifyInstanceAttribute"])
def test_a_step_that_is_not_permitted_is_a_failure(aws: Simulator, action: str) -> None:
    aws.fail(action, error="UnauthorizedOperation", message="You are not authorized.", status=403)
    found = checks(aws)
    assert list(results(found).values()) == ["failed"]
    assert any(f"ec2:{action}" in check.what_to_do for check in found.values())


def test_the_table_has_a_line_per_check() -> None:
    text = table([Check("state", "ok", "running"), Check("zone", "failed", "neither", "Move it.")])
    assert text.splitlines() == [
        "check  result  found    what to do",
        "state  ok      running",
        "zone   failed  neither  Move it.",
    ]
