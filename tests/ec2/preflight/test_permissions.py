"""Permissions are asked by dry run, and no endpoint can make one do harm."""

import pytest

from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.preflight.proxy import Proxy
from tests.ec2.simulator import BASE, WORK, Simulator

EQUIVALENT = "t3a.2xlarge"


@pytest.mark.parametrize("refused", [BASE, WORK, EQUIVALENT])
def test_a_policy_that_does_not_allow_every_type(aws: Simulator, instance_id: str, refused: str) -> None:
    aws.fail("ModifyInstanceAttribute", error="UnauthorizedOperation", status=403, type=refused)
    found = checks(aws, instance_id, [BASE, EQUIVALENT])
    line = f"may ModifyInstanceAttribute to {refused}"
    assert troubles(found) == {line: "failed"}
    assert found[line].what_to_do == "Allow ec2:ModifyInstanceAttribute on this instance."


def test_whatever_is_not_permitted_is_told_at_once(aws: Simulator, instance_id: str) -> None:
    actions = ["StartInstances", "StopInstances", "ModifyInstanceAttribute", "CreateTags", "DeleteTags"]
    for action in actions:
        aws.fail(action, error="UnauthorizedOperation", status=403, times=9)
    missing = {line.removeprefix("may ").split()[0] for line in troubles(checks(aws, instance_id))}
    assert missing == set(actions)


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_endpoint_that_ignores_dry_runs_is_found_out_before_it_does_harm(
    aws: Simulator, proxy: Proxy, state: str
) -> None:
    instance_id = private_instance(aws, state)
    proxy.knows_dry_runs = False
    found = checks(aws, instance_id)
    assert set(troubles(found).values()) == {"warning"}
    assert "the endpoint ignores DryRun" in [check.found for check in found.values()]
    assert aws.outcome(instance_id) == (BASE, state)


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_endpoint_that_ignores_dry_runs_does_no_harm_where_it_refuses_the_first_one(
    aws: Simulator, proxy: Proxy, state: str
) -> None:
    instance_id = private_instance(aws, state)
    before = aws.describe(instance_id)
    proxy.knows_dry_runs = False
    for action in ("StartInstances", "StopInstances", "CreateTags", "DeleteTags"):
        aws.fail(action, error="UnauthorizedOperation", status=403)
    found = checks(aws, instance_id)
    assert aws.describe(instance_id) == before
    assert "not permitted" in [check.found for check in found.values()]


def test_the_lease_tags_survive_an_endpoint_that_ignores_dry_runs(aws: Simulator, proxy: Proxy) -> None:
    instance_id = private_instance(aws)
    tags = [{"Key": "tier1:lease-run", "Value": "a"}, {"Key": "tier1:lease-owner", "Value": "b"}]
    aws.ec2.create_tags(Resources=[instance_id], Tags=tags)
    proxy.knows_dry_runs = False
    for action in ("StartInstances", "ModifyInstanceAttribute"):
        aws.fail(action, error="InvalidAction", status=400, times=9)
    checks(aws, instance_id)
    assert sorted(aws.describe(instance_id)["Tags"], key=str) == sorted(tags, key=str)
    assert aws.outcome(instance_id) == (BASE, "running")
