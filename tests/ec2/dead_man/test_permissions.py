"""What the policies allow, call by call, and what they do not."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest
import yaml

from tests.ec2 import automation
from tests.ec2.dead_man.policy import Context, Statement, actions, allows
from tests.ec2.dead_man.test_deployed import POLICY, policy
from tests.ec2.simulator import TAGS, TRILLIUM, Simulator

ACCOUNT = "us-east-1:123456789012"
INSTANCE = f"arn:aws:ec2:{ACCOUNT}:instance/{TRILLIUM}"
OTHER = f"arn:aws:ec2:{ACCOUNT}:instance/i-00000000000000000"
TOPIC = f"arn:aws:sns:{ACCOUNT}:{automation.STACK}-alerts"
# As AWS fills them in, for a dry run and for the real call alike:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html#attribute-key
NEW_TYPE: Context = {"ec2:Attribute": "InstanceType", "ec2:Attribute/InstanceType": "c7i.8xlarge"}
OTHER_ATTRIBUTES = (
    "UserData",
    "DisableApiTermination",
    "DisableApiStop",
    "InstanceInitiatedShutdownBehavior",
    "BlockDeviceMapping",
    "GroupSet",
    "Kernel",
    "SourceDestCheck",
)
TAG = re.compile(rf"{TAGS.prefix}:[a-z-]+")
Statements = list[Statement]


def airflow() -> Statements:
    return json.loads(POLICY.read_text())["Statement"]


@pytest.fixture(params=["Airflow", "the switch"])
def statements(request: pytest.FixtureRequest, aws: Simulator, outputs: dict[str, str]) -> Statements:
    """What Airflow may do, and what the automation may."""
    return airflow() if request.param == "Airflow" else policy(aws, outputs["AutomationRoleArn"])[1]


def test_the_type_of_the_one_instance_may_be_changed(statements: Statements) -> None:
    assert allows(statements, "ec2:ModifyInstanceAttribute", INSTANCE, NEW_TYPE)
    assert not allows(statements, "ec2:ModifyInstanceAttribute", OTHER, NEW_TYPE)


@pytest.mark.parametrize("attribute", OTHER_ATTRIBUTES)
def test_no_other_attribute_may_be_changed(statements: Statements, attribute: str) -> None:
    """Whoever may change the user data is root on the instance."""
    asked: Context = {"ec2:Attribute": attribute}
    assert not allows(statements, "ec2:ModifyInstanceAttribute", INSTANCE, asked)


@pytest.mark.parametrize("kind", ["security-group/sg-1", "volume/vol-1"])
def test_no_security_group_and_no_volume_may_be_changed(statements: Statements, kind: str) -> None:
    of_another_kind = f"arn:aws:ec2:{ACCOUNT}:{kind}"
    assert not allows(statements, "ec2:ModifyInstanceAttribute", of_another_kind, NEW_TYPE)


def test_the_tags_of_the_lease_may_be_deleted(statements: Statements) -> None:
    assert allows(statements, "ec2:DeleteTags", INSTANCE, {"aws:TagKeys": list(TAGS.all)})
    for tag in TAGS.all:
        assert allows(statements, "ec2:DeleteTags", INSTANCE, {"aws:TagKeys": [tag]})


@pytest.mark.parametrize("keys", [{}, {"aws:TagKeys": ["Name"]}, {"aws:TagKeys": [*TAGS.all, "Name"]}])
@pytest.mark.parametrize("action", ["ec2:CreateTags", "ec2:DeleteTags"])
def test_no_other_tag_may_be_changed_nor_all_of_them(
    statements: Statements, action: str, keys: Context
) -> None:
    """A call of DeleteTags without keys deletes every tag there is."""
    assert not allows(statements, action, INSTANCE, keys)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("autoscaling:DescribeAutoScalingInstances", "*", {}),
        ("cloudwatch:GetMetricStatistics", "*", {}),
        ("ec2:CreateTags", INSTANCE, {"aws:TagKeys": list(TAGS.all)}),
        ("ec2:DescribeInstanceAttribute", INSTANCE, {}),
        ("ec2:DescribeInstanceCreditSpecifications", "*", {}),
        ("ec2:DescribeInstances", "*", {}),
        ("ec2:DescribeInstanceStatus", "*", {}),
        ("ec2:DescribeInstanceTypeOfferings", "*", {}),
        ("ec2:DescribeInstanceTypes", "*", {}),
        ("ec2:DescribeSpotPriceHistory", "*", {}),
        ("ec2:ModifyInstanceCreditSpecification", INSTANCE, {}),
        ("ec2:StartInstances", INSTANCE, {}),
        ("ec2:StopInstances", INSTANCE, {}),
        ("pricing:GetProducts", "*", {}),
        ("servicequotas:GetServiceQuota", "*", {}),
        ("sns:GetTopicAttributes", TOPIC, {}),
        ("sns:Publish", TOPIC, {}),
        ("ssm:DescribeDocument", f"arn:aws:ssm:{ACCOUNT}:document/{automation.STACK}", {}),
        ("sts:GetCallerIdentity", "*", {}),
    ],
)
def test_airflow_may_do_what_it_asks_aws_for(action: str, resource: str, context: Context) -> None:
    assert allows(airflow(), action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("ec2:StartInstances", OTHER),
        ("ec2:StopInstances", OTHER),
        ("ec2:TerminateInstances", INSTANCE),
        ("ec2:RunInstances", "*"),
        ("sns:Publish", f"{TOPIC}-of-others"),
    ],
)
def test_airflow_may_do_no_more(action: str, resource: str) -> None:
    assert not allows(airflow(), action, resource)


def test_each_action_is_allowed_for_a_resource_that_aws_evaluates_it_with(
    statements: Statements,
) -> None:
    """A statement that names a resource has no effect on an action that knows none.

    cfn-lint carries the tables of https://docs.aws.amazon.com/service-authorization/latest/reference/.
    """
    tables = json.loads((files("cfnlint.data") / "AdditionalSpecs/Policies.json").read_text())
    for statement in statements:
        for action in actions(statement):
            service, _, name = action.partition(":")
            known = tables[service]["Actions"][name.lower()].get("Resources", [])
            assert known or statement["Resource"] == "*", action


def scripts_tags(content: str) -> set[str]:
    """The tags that the automation knows."""
    [step] = yaml.safe_load(content)["mainSteps"]
    module: dict[str, Any] = {}
    exec(step["inputs"]["Script"], module)  # noqa: S102 - our own
    return module["TAGS"]


def test_whatever_is_deployed_by_hand_names_tags_that_a_lease_has() -> None:
    deployed = [path for path in automation.TEMPLATE.parent.rglob("*") if path.is_file()]
    named = {tag for path in deployed for tag in TAG.findall(path.read_text())}
    assert named == set(TAGS.all)


def test_a_lease_has_the_same_tags_everywhere(aws: Simulator, outputs: dict[str, str]) -> None:
    document = aws.client("ssm").get_document(Name=outputs["DocumentName"], DocumentFormat="YAML")
    listed = [
        it["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"]
        for it in [*airflow(), *policy(aws, outputs["AutomationRoleArn"])[1]]
        if "ec2:DeleteTags" in actions(it)
    ]
    assert [set(it) for it in listed] == [set(TAGS.all), set(TAGS.all)]
    assert scripts_tags(document["Content"]) == set(TAGS.all)
