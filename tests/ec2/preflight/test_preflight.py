"""The preflight shows everything that is wrong at once, and changes nothing."""

import logging
from dataclasses import replace

import pytest

from ec2_resize.preflight.check import Check, table, tell
from tests.ec2.preflight.conftest import lead_to
from tests.ec2.preflight.outcome import checks, private_instance, troubles
from tests.ec2.preflight.proxy import Proxy
from tests.ec2.simulator import BASE, SLOW, WORK, Simulator

EQUIVALENT = "t3a.2xlarge"


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_all_is_well_and_nothing_has_changed(aws: Simulator, state: str) -> None:
    instance_id = private_instance(aws, state)
    before = aws.describe(instance_id)
    aws.control("DELETE", "calls")
    assert troubles(checks(aws, instance_id, [BASE, EQUIVALENT], [WORK, "c7i.4xlarge"])) == {}
    assert aws.describe(instance_id) == before
    assert aws.writes(instance_id) == {}


def test_an_instance_that_is_big_already_is_all_well(aws: Simulator) -> None:
    assert troubles(checks(aws, private_instance(aws, instance_type=WORK))) == {}


def test_everything_wrong_is_told_at_once(aws: Simulator) -> None:
    instance_id = private_instance(aws, instance_type="m5.large")
    aws.every_transition_takes(SLOW)
    aws.bring(instance_id, "stopping")
    wrong = ["state", "present type", "instance types", "architecture", "boot mode", "zone"]
    found = checks(aws, instance_id, work=["t4g.2xlarge", "c7i.9xlarge"])
    assert troubles(found) == dict.fromkeys(wrong, "failed")


def test_an_unknown_instance(aws: Simulator) -> None:
    found = checks(aws, "i-00000000000000000")
    assert troubles(found) == {"instance": "failed"}
    assert "us-east-1" in found["instance"].found


@pytest.mark.parametrize(("base", "work"), [([], [WORK]), ([BASE], [])])
def test_a_way_without_ends_is_a_failure(
    aws: Simulator, instance_id: str, base: list[str], work: list[str]
) -> None:
    assert troubles(checks(aws, instance_id, base, work)) == {"instance types": "failed"}


@pytest.mark.parametrize(
    ("permission", "line", "result"),
    [
        ("ec2:DescribeInstances", "instance", "failed"),  # without it nothing at all is proven
        ("sts:GetCallerIdentity", "identity", "warning"),
        ("ec2:DescribeInstanceAttribute", "stop protection", "warning"),
        ("autoscaling:DescribeAutoScalingInstances", "scaling group", "warning"),
        ("ec2:DescribeInstanceStatus", "status checks", "warning"),
        ("cloudwatch:GetMetricStatistics", "in use", "warning"),
        ("ec2:DescribeInstanceTypes", "instance types", "warning"),
        ("ec2:DescribeInstanceTypeOfferings", "zone", "warning"),
        ("ec2:DescribeInstanceCreditSpecifications", "credit option", "warning"),
        ("servicequotas:GetServiceQuota", "quota", "warning"),
        ("ssm:DescribeDocument", "dead-man switch", "warning"),
        ("sns:GetTopicAttributes", "alert topic", "warning"),
        ("sns:Publish", "may Publish", "failed"),
        ("ec2:ModifyInstanceCreditSpecification", "may ModifyInstanceCreditSpecification", "warning"),
        ("ec2:StartInstances", "may StartInstances", "failed"),
        ("ec2:StopInstances", "may StopInstances", "failed"),
        ("ec2:CreateTags", "may CreateTags", "failed"),
        ("ec2:DeleteTags", "may DeleteTags", "failed"),
    ],
)
def test_a_call_that_is_not_permitted_names_the_permission(
    aws: Simulator, instance_id: str, permission: str, line: str, result: str
) -> None:
    service, _, action = permission.partition(":")
    error = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}.get(
        service, "AccessDeniedException"
    )
    aws.fail(action, error=error, message="You are not authorized.", status=403, times=9)
    found = checks(aws, instance_id)
    assert troubles(found) == {line: result}
    assert f"Allow {permission}" in found[line].what_to_do


READS = {
    "GetCallerIdentity": "identity",
    "DescribeInstanceAttribute": "stop protection",
    "DescribeAutoScalingInstances": "scaling group",
    "DescribeInstanceStatus": "status checks",
    "GetMetricStatistics": "in use",
    "DescribeInstanceTypes": "instance types",
    "DescribeInstanceTypeOfferings": "zone",
    "DescribeInstanceCreditSpecifications": "credit option",
    "GetServiceQuota": "quota",
    "DescribeDocument": "dead-man switch",
    "GetTopicAttributes": "alert topic",
    "Publish": "may Publish",
}
STRANGE = {
    "a page": (200, b"<html>Hello!</html>"),
    "no XML": (200, b"Hello!"),
    "nothing": (200, b""),
    "an empty object": (200, b"{}"),
    "not found": (404, b"<html>What?</html>"),
}


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("action", READS)
def test_an_answer_that_makes_no_sense_is_a_warning_at_most(
    aws: Simulator, instance_id: str, proxy: Proxy, action: str, strange: str
) -> None:
    proxy.answers[action] = STRANGE[strange]
    found = checks(aws, instance_id)
    assert set(troubles(found).values()) == {"warning"}
    assert READS[action] in troubles(found)


@pytest.mark.parametrize("strange", STRANGE)
def test_an_instance_that_cannot_be_seen_is_a_failure(
    aws: Simulator, instance_id: str, proxy: Proxy, strange: str
) -> None:
    proxy.answers["DescribeInstances"] = STRANGE[strange]
    assert troubles(checks(aws, instance_id)) == {"instance": "failed"}


def test_an_endpoint_that_is_not_there_is_a_failure(
    aws: Simulator, instance_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_to("http://127.0.0.1:9", monkeypatch)
    assert troubles(checks(aws, instance_id)) == {"identity": "warning", "instance": "failed"}


@pytest.mark.parametrize("action", [*READS, "StopInstances", "CreateTags"])
def test_a_call_that_the_endpoint_does_not_know_is_a_warning(
    aws: Simulator, instance_id: str, action: str
) -> None:
    aws.fail(action, error="InvalidAction", message="The action is not valid.", status=400, times=9)
    assert "warning" in troubles(checks(aws, instance_id)).values()
    assert "failed" not in troubles(checks(aws, instance_id)).values()


FINE, MOVES = Check("state", "ok", "running"), Check("public IP", "warning", "it changes", "Use another.")
FAILS = Check("zone", "failed", "neither " * 20, f"Move it: {'https://example.org/' + 'x' * 100} has how.")


def told(caplog: pytest.LogCaptureFixture, *found: Check) -> list[tuple[str, str]]:
    """The level and the text of each line of the log."""
    caplog.set_level("INFO")
    tell(logging.getLogger("told"), "Preflight", found)
    return [(it.levelname, it.getMessage()) for it in caplog.records]


def test_what_fails_is_told_first_then_what_warns_and_the_rest_is_folded(caplog) -> None:
    lines = told(caplog, FINE, MOVES, FAILS)
    assert [(level, text.split("\n")[0]) for level, text in lines] == [
        ("INFO", "Preflight: 1 failed, 1 warning, 1 ok"),
        ("ERROR", "zone: failed"),
        ("WARNING", "public IP: warning"),
        ("INFO", "::group::1 ok"),
        ("INFO", "state  running"),
        ("INFO", "::endgroup::"),
    ]


def test_what_to_do_stands_below_what_was_found(caplog) -> None:
    [_, (_, text)] = told(caplog, MOVES)
    assert text == "public IP: warning\n    it changes\n    -> Use another."


def test_no_line_is_wider_than_a_page_but_for_a_name_that_cannot_be_broken(caplog) -> None:
    lines = [
        line for _, text in told(caplog, FAILS, replace(FAILS, result="ok")) for line in text.split("\n")
    ]
    assert {line.strip() for line in lines if len(line) > 100} == {f"https://example.org/{'x' * 100}"}


def test_a_check_that_has_found_nothing_keeps_its_name() -> None:
    assert table([Check("writing", "ok", ""), FINE]) == "writing\nstate    running"
