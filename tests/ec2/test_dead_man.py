"""The dead-man switch, from the template to what becomes of the instance.

The stack is deployed into the simulated AWS; its schedules are fired as AWS would (see `automation`).
"""

import ast
import fnmatch
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest
import yaml
from cfnlint.config import ManualArgs

from ec2_resize.dead_man import DeadManSwitch
from ec2_resize.holder import BASE_TYPE, CREDITS, EXPIRES, OWNER, RUN, TAGS
from tests.ec2 import automation
from tests.ec2.automation import STACK, TEMPLATE, Execution
from tests.ec2.simulator import BASE, FAST, ROOT, SLOW, TRILLIUM, WORK, Simulator, eventually

POLICY = ROOT / "deploy" / "iam-policy.json"
EQUIVALENT, ARM = "t3a.2xlarge", "t4g.2xlarge"
TYPES = [BASE, EQUIVALENT]
STATES = ["running", "stopped", "stopping", "pending"]
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
POLL = 0.02
READS = re.compile(r"\w+:(Describe|Get)")


@pytest.fixture(scope="module")
def outputs(running_simulator: Simulator) -> dict[str, str]:
    """The outputs of the deployed stack."""
    return automation.deploy(running_simulator)


@pytest.fixture
def switch(outputs: dict[str, str]) -> DeadManSwitch:
    return automation.switch_of(outputs)


class Case:
    """Leases an instance, and lets the switch fire."""

    def __init__(self, aws: Simulator, switch: DeadManSwitch, folder: Path) -> None:
        self.aws, self.switch, self.folder = aws, switch, folder

    def lease(self, it: str, minutes: float, **more: str) -> None:
        """Lease it until so many minutes from now; less than none is an expired lease."""
        expires = datetime.now(UTC) + timedelta(minutes=minutes)
        tags = {RUN: "manual__1", EXPIRES: expires.isoformat(), OWNER: "http://airflow", BASE_TYPE: BASE}
        self.tag(it, {**tags, **more})

    def tag(self, it: str, tags: dict[str, str]) -> None:
        self.aws.ec2.create_tags(
            Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )

    def tags(self, it: str) -> set[str]:
        return {tag["Key"] for tag in self.aws.describe(it).get("Tags", [])} & set(TAGS)

    def fire(self, it: str, types: list[str] = TYPES, attempts: int = 1, poll: float = POLL) -> Execution:
        self.switch.arm(self.aws.client("scheduler"), it, types, NOON)
        self.aws.control("DELETE", "calls")
        return automation.fire(self.aws, it, self.folder, poll=poll, attempts=attempts)

    def changes(self) -> list[str]:
        """The calls of EC2 that do more than look, since the switch fired."""
        calls = [it["action"] for it in self.aws.control("GET", "calls") if it["service"] == "ec2"]
        return [it for it in calls if not it.startswith("Describe")]

    def instance(self, state: str, instance_type: str) -> str:
        """A new instance in this state; one that passes lasts until the switch looks."""
        before = {"stopping": "running", "pending": "stopped"}.get(state, state)
        it = self.aws.instance(before, instance_type)
        eventually(lambda: self.aws.state(it) == before)
        self.aws.every_transition_takes(1.2)
        if state == "stopping":
            self.aws.ec2.stop_instances(InstanceIds=[it])
        if state == "pending":
            self.aws.ec2.start_instances(InstanceIds=[it])
        self.aws.every_transition_takes(FAST)
        return it


@pytest.fixture
def case(aws: Simulator, switch: DeadManSwitch, tmp_path: Path) -> Case:
    return Case(aws, switch, tmp_path)


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


def schedules(aws: Simulator, it: str) -> list[dict[str, Any]]:
    scheduler = aws.client("scheduler")
    found = scheduler.list_schedules(NamePrefix=f"tier1-{it}")["Schedules"]
    return [scheduler.get_schedule(Name=each["Name"]) for each in found]


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
    assert not DeadManSwitch("", "", "no-such-document").is_deployed(aws.client("ssm"))


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


def test_it_is_armed_for_the_first_full_second_after_the_lease(aws: Simulator, switch: DeadManSwitch) -> None:
    switch.arm(aws.client("scheduler"), "i-0000000a", TYPES, NOON)
    [schedule] = schedules(aws, "i-0000000a")
    assert schedule["ScheduleExpression"] == "at(2027-03-01T12:00:01)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["Target"]["RoleArn"] == switch.scheduler_role_arn
    switch.disarm(aws.client("scheduler"), "i-0000000a")


def test_fractions_of_a_second_and_other_time_zones_do_not_make_it_fire_early(
    aws: Simulator, switch: DeadManSwitch
) -> None:
    in_tokyo = datetime.fromisoformat("2027-03-01T21:00:00.25+09:00")
    switch.arm(aws.client("scheduler"), "i-0000000b", TYPES, in_tokyo)
    [schedule] = schedules(aws, "i-0000000b")
    assert schedule["ScheduleExpression"] == "at(2027-03-01T12:00:02)"
    switch.disarm(aws.client("scheduler"), "i-0000000b")


def test_armed_again_it_moves(aws: Simulator, switch: DeadManSwitch) -> None:
    for hour in range(3):
        switch.arm(aws.client("scheduler"), "i-0000000c", TYPES, NOON + timedelta(hours=hour))
    [schedule] = schedules(aws, "i-0000000c")
    assert schedule["ScheduleExpression"] == "at(2027-03-01T14:00:01)"
    assert schedule["ActionAfterCompletion"] == "DELETE"
    switch.disarm(aws.client("scheduler"), "i-0000000c")


def test_one_that_fires_while_it_is_moved_is_armed_anew(aws: Simulator, switch: DeadManSwitch) -> None:
    scheduler, it = aws.client("scheduler"), "i-0000000d"
    switch.arm(scheduler, it, TYPES, NOON)
    others = aws.client("scheduler")
    scheduler.meta.events.register(
        "before-call.scheduler.UpdateSchedule", lambda **_: switch.disarm(others, it)
    )
    switch.arm(scheduler, it, TYPES, NOON + timedelta(hours=1))
    assert [each["ScheduleExpression"] for each in schedules(aws, it)] == ["at(2027-03-01T13:00:01)"]
    switch.disarm(scheduler, it)


def test_disarmed_it_is_gone_however_often(aws: Simulator, switch: DeadManSwitch) -> None:
    switch.arm(aws.client("scheduler"), "i-0000000e", TYPES, NOON)
    for _ in range(2):
        switch.disarm(aws.client("scheduler"), "i-0000000e")
        assert schedules(aws, "i-0000000e") == []


@pytest.mark.parametrize("instance_type", [BASE, WORK])
@pytest.mark.parametrize("state", STATES)
def test_with_an_expired_lease_it_ends_on_the_base_type_and_without_the_lease(
    case: Case, state: str, instance_type: str
) -> None:
    it = case.instance(state, instance_type)
    case.lease(it, minutes=-1)
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (BASE, "running")
    assert case.tags(it) == set()
    assert schedules(case.aws, it) == []


@pytest.mark.parametrize("instance_type", [BASE, WORK])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lease", ["live", "none"])
def test_with_a_live_lease_or_none_nothing_is_touched(
    case: Case, lease: str, state: str, instance_type: str
) -> None:
    it = case.instance(state, instance_type)
    if lease == "live":
        case.lease(it, minutes=5)
    execution = case.fire(it)
    assert (execution.status, execution.attempts) == ("Success", 1)
    assert execution.outcome.startswith("nothing to do")
    assert case.changes() == []


@pytest.mark.parametrize("expires", ["tomorrow", "", "2020-01-01T00:00:00"])
def test_a_time_that_cannot_be_read_has_passed(case: Case, expires: str) -> None:
    it = case.aws.instance("stopped", WORK)
    case.tag(it, {RUN: "manual__1", EXPIRES: expires})
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (BASE, "running")


def test_other_tags_stay(case: Case) -> None:
    it = case.aws.instance("running", BASE)
    case.lease(it, minutes=-1)
    case.tag(it, {"Name": "trillium-master"})
    case.fire(it)
    assert case.aws.describe(it)["Tags"] == [{"Key": "Name", "Value": "trillium-master"}]


def test_an_instance_that_is_gone_is_left_alone(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    case.aws.ec2.terminate_instances(InstanceIds=[it])
    assert case.fire(it).outcome.startswith("nothing to do")
    assert case.changes() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"error": "RequestLimitExceeded", "status": 503},
        {"error": "InternalError", "status": 500},
        {"error": "IncorrectInstanceState", "status": 400},
        {"lost_answer": True},
    ],
    ids=lambda fault: fault.get("error", "answer lost"),
)
def test_what_passes_is_answered_by_another_look(case: Case, fault: dict[str, Any]) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    for action in ("DescribeInstances", "StopInstances", "ModifyInstanceAttribute", "StartInstances"):
        case.aws.fail(action, **fault)
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (BASE, "running")
    assert case.tags(it) == set()


def test_a_start_that_came_too_early_is_tried_again(case: Case) -> None:
    it = case.aws.instance("stopped", WORK)
    case.lease(it, minutes=-1)
    text = "The attribute LaunchPlan is not valid"
    case.aws.fail("StartInstances", error="InvalidParameterValue", message=text, status=400)
    case.fire(it)
    assert case.aws.outcome(it) == (BASE, "running")


def test_what_is_not_permitted_fails_and_is_tried_in_the_next_attempt(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    case.aws.fail("StopInstances", error="UnauthorizedOperation", status=403, times=2)
    execution = case.fire(it, attempts=10)
    assert (execution.status, execution.attempts) == ("Success", 3)
    assert case.aws.outcome(it) == (BASE, "running")


def refuse(aws: Simulator, *types: str, times: int = 99) -> None:
    for each in types:
        fault = {"type": each, "times": times, "error": "InsufficientInstanceCapacity", "status": 500}
        aws.fail("StartInstances", **fault)


def test_where_aws_refuses_the_base_type_its_equivalent_runs(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    refuse(case.aws, BASE)
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (EQUIVALENT, "running")
    assert case.tags(it) == set()


def test_an_equivalent_that_runs_is_small_enough(case: Case) -> None:
    it = case.aws.instance("running", EQUIVALENT)
    case.lease(it, minutes=-1)
    case.fire(it)
    assert case.aws.outcome(it) == (EQUIVALENT, "running")
    assert case.changes() == ["DeleteTags"]


def test_an_equivalent_that_is_stopped_is_no_reason_not_to_try_the_base_type(case: Case) -> None:
    it = case.aws.instance("stopped", EQUIVALENT)
    case.lease(it, minutes=-1)
    case.fire(it)
    assert case.aws.outcome(it) == (BASE, "running")


@pytest.mark.parametrize("types", [[BASE], [BASE, EQUIVALENT], [BASE, ARM]], ids=len)
def test_where_aws_refuses_all_it_rests_on_the_base_type_and_keeps_its_lease(
    case: Case, types: list[str]
) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    refuse(case.aws, *types)
    execution = case.fire(it, types)
    assert execution.status == "Failed"
    assert "InsufficientInstanceCapacity" in execution.outcome
    assert case.aws.outcome(it) == (BASE, "stopped")
    assert RUN in case.tags(it)


def test_where_not_even_the_base_type_is_taken_it_stays_stopped_as_it_is(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    execution = case.fire(it, [ARM])
    assert execution.status == "Failed"
    assert "InvalidInstanceAttributeValue" in execution.outcome
    assert case.aws.outcome(it) == (WORK, "stopped")


def test_what_was_refused_is_granted_to_a_later_attempt(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    refuse(case.aws, *TYPES, times=1)
    execution = case.fire(it, attempts=10)
    assert (execution.status, execution.attempts) == ("Success", 2)
    assert case.aws.outcome(it) == (BASE, "running")


def test_an_attempt_that_runs_out_of_time_is_gone_on_with(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    case.aws.every_transition_takes(1)
    execution = case.fire(it, attempts=10, poll=0.005)  # an attempt lasts 108 looks
    assert execution.status == "Success"
    assert execution.attempts > 1
    assert case.aws.outcome(it) == (BASE, "running")


def test_an_instance_that_falls_back_to_stopped_gets_the_next_type(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    case.aws.fail("StartInstances", falls_back="Server.InternalError")
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (EQUIVALENT, "running")


def test_a_run_that_comes_back_meanwhile_is_not_disturbed(case: Case) -> None:
    it = case.aws.instance("running", WORK)
    case.lease(it, minutes=-1)
    case.aws.every_transition_takes(SLOW)
    with ThreadPoolExecutor() as threads:
        firing = threads.submit(case.fire, it)
        eventually(lambda: case.aws.state(it) == "stopping")
        case.lease(it, minutes=5)
        assert firing.result().outcome.startswith("nothing to do: leased until")
    assert case.aws.writes(it) == {"StopInstances": 1}
    eventually(lambda: case.aws.outcome(it) == (WORK, "stopped"))


def test_a_run_that_takes_over_in_the_last_moment_keeps_its_lease(case: Case) -> None:
    it = case.aws.instance("running", BASE)
    case.lease(it, minutes=-1)
    case.aws.fail("DeleteTags", latency=0.5)
    with ThreadPoolExecutor() as threads:
        firing = threads.submit(case.fire, it)
        eventually(lambda: "DeleteTags" in case.changes())
        case.lease(it, minutes=5, **{RUN: "manual__2"})
        assert firing.result().status == "Success"
    assert {RUN, EXPIRES} <= case.tags(it)


def credit_option(aws: Simulator, it: str) -> str:
    answer = aws.ec2.describe_instance_credit_specifications(InstanceIds=[it])
    return answer["InstanceCreditSpecifications"][0]["CpuCredits"]


def test_a_credit_option_that_is_right_is_left_as_it_is(case: Case) -> None:
    it = case.aws.instance("running", BASE)
    case.lease(it, minutes=-1, **{CREDITS: credit_option(case.aws, it)})
    case.fire(it)
    assert case.changes() == ["DeleteTags"]


def test_a_credit_option_that_was_lost_is_put_back_before_the_lease_ends(case: Case) -> None:
    it = case.aws.instance("running", BASE)
    had = {"standard": "unlimited", "unlimited": "standard"}[credit_option(case.aws, it)]
    case.lease(it, minutes=-1, **{CREDITS: had})
    case.fire(it)
    assert credit_option(case.aws, it) == had
    assert case.changes() == ["ModifyInstanceCreditSpecification", "DeleteTags"]


def test_a_type_without_credits_has_no_credit_option_put_back(case: Case) -> None:
    it = case.aws.instance("running", "m6i.2xlarge")
    case.lease(it, minutes=-1, **{CREDITS: "unlimited"})
    case.fire(it, ["m6i.2xlarge"])
    assert case.changes() == ["DeleteTags"]
