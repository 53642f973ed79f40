"""What is deployed: the template, its roles, and the policy of Airflow beside them."""

import ast
import fnmatch
import json
import re
from typing import Any

import cfnlint.api
import pytest
import yaml
from cfnlint.config import ManualArgs

from ec2_instance.dead_man import DeadManSwitch
from tests.ec2.automation import STACK, TEMPLATE
from tests.ec2.dead_man.case import NOON, TYPES, schedules
from tests.ec2.simulator import ROOT, TRILLIUM, Simulator

POLICY = ROOT / "deploy" / "iam-policy.json"
READS = re.compile(r"\w+:(Describe|Get)")


def problems(template: str) -> list[str]:
    """What cfn-lint has to say."""
    return [str(it) for it in cfnlint.api.lint(template, config=ManualArgs(regions=["us-east-1"]))]


def policy(aws: Simulator, role_arn: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The trust of a role and all that it may do."""
    iam, role = aws.client("iam"), role_arn.rpartition("/")[2]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    text = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    [trust] = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    # moto answers with Python's notation where a template had a mapping
    return trust, (text if isinstance(text, dict) else ast.literal_eval(text))["Statement"]


def test_the_template_passes_cfn_lint() -> None:
    assert problems(TEMPLATE.read_text()) == []


def test_the_policy_of_airflow_passes_cfn_lint() -> None:
    properties = {"PolicyDocument": json.loads(POLICY.read_text())}
    resources = {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}}
    assert problems(json.dumps({"Resources": resources})) == []


def test_the_policy_of_airflow_names_what_it_may_change() -> None:
    for statement in json.loads(POLICY.read_text())["Statement"]:
        if statement["Resource"] == "*":
            assert all(READS.match(action) for action in statement["Action"])


@pytest.mark.parametrize(
    ("action", "what"),
    [
        ("iam:PassRole", "SchedulerRoleArn"),
        ("sns:Publish", "AlertTopicArn"),
        ("ssm:DescribeDocument", "Document"),
        ("scheduler:UpdateSchedule", "Schedule"),
    ],
)
def test_the_policy_of_airflow_fits_what_is_deployed(
    aws: Simulator, switch: DeadManSwitch, outputs: dict[str, str], action: str, what: str
) -> None:
    switch.arm(aws.client("scheduler"), TRILLIUM, TYPES, NOON)
    [schedule] = schedules(aws, TRILLIUM)
    switch.disarm(aws.client("scheduler"), TRILLIUM)
    document = f"arn:aws:ssm:us-east-1:123456789012:document/{switch.document}"
    deployed = {**outputs, "Schedule": schedule["Arn"], "Document": document}
    statements = json.loads(POLICY.read_text())["Statement"]
    [allowed] = [it["Resource"] for it in statements if action in it["Action"]]
    assert fnmatch.fnmatchcase(deployed[what], allowed)


def test_the_automation_is_deployed(aws: Simulator, switch: DeadManSwitch) -> None:
    assert switch.is_deployed(aws.client("ssm"))


def test_an_automation_that_is_not_there_is_not_deployed(aws: Simulator) -> None:
    assert not DeadManSwitch("", "", "no-such-document", "").is_deployed(aws.client("ssm"))


def test_the_automation_assumes_the_role_that_it_is_given(aws: Simulator, outputs: dict[str, str]) -> None:
    found = aws.client("ssm").get_document(Name=outputs["DocumentName"], DocumentFormat="YAML")
    content = yaml.safe_load(found["Content"])
    assert found["DocumentType"] == "Automation"
    assert content["assumeRole"] == "{{ AutomationAssumeRole }}"
    assert content["parameters"]["AutomationAssumeRole"]["default"] == outputs["AutomationRoleArn"]


def test_only_the_automations_of_this_account_may_resize_and_only_the_one_instance(
    aws: Simulator, outputs: dict[str, str]
) -> None:
    trust, statements = policy(aws, outputs["AutomationRoleArn"])
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    look, *changes = statements
    assert all(action.startswith("ec2:Describe") for action in look["Action"])
    assert {it["Resource"] for it in changes} == {f"arn:aws:ec2:us-east-1:123456789012:instance/{TRILLIUM}"}


def test_only_the_schedules_of_this_account_may_start_it_and_nothing_else(
    aws: Simulator, outputs: dict[str, str]
) -> None:
    trust, [start, hand_over] = policy(aws, outputs["SchedulerRoleArn"])
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012"
    assert start["Action"] == "ssm:StartAutomationExecution"
    assert [it.partition("123456789012:")[2] for it in start["Resource"]] == [
        f"document/{STACK}",
        f"automation-definition/{STACK}:*",
        "automation-execution/*",
    ]
    assert (hand_over["Action"], hand_over["Resource"]) == ("iam:PassRole", outputs["AutomationRoleArn"])
    assert hand_over["Condition"] == {"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}


def test_what_becomes_of_it_is_reported_to_the_topic(aws: Simulator, outputs: dict[str, str]) -> None:
    events = aws.client("events")
    names = events.list_rule_names_by_target(TargetArn=outputs["AlertTopicArn"])["RuleNames"]
    [pattern] = [json.loads(events.describe_rule(Name=name)["EventPattern"]) for name in names]
    assert pattern["detail"]["Definition"] == [outputs["DocumentName"]]
