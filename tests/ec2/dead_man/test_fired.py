"""What becomes of an instance for which the switch fires."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ec2.dead_man.case import Case, schedules
from tests.ec2.simulated.asking import run
from tests.ec2.simulator import BASE, SLOW, TAGS, WORK, Simulator, eventually

STATES = ["running", "stopped", "stopping", "pending"]


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
    case.tag(it, {TAGS.run: "manual__1", TAGS.expires: expires})
    assert case.fire(it).status == "Success"
    assert case.aws.outcome(it) == (BASE, "running")


def test_other_tags_stay(case: Case) -> None:
    it = case.left_behind("running", BASE)
    case.tag(it, {"Name": "trillium-master"})
    case.fire(it)
    assert case.aws.describe(it)["Tags"] == [{"Key": "Name", "Value": "trillium-master"}]


def test_an_instance_that_is_gone_is_left_alone(case: Case) -> None:
    it = case.left_behind("running", WORK)
    case.aws.ec2.terminate_instances(InstanceIds=[it])
    assert case.fire(it).outcome.startswith("nothing to do")
    assert case.changes() == []


def test_a_run_that_comes_back_meanwhile_is_not_disturbed(case: Case) -> None:
    it = case.left_behind("running", WORK)
    case.aws.every_transition_takes(SLOW)
    with ThreadPoolExecutor() as threads:
        firing = threads.submit(case.fire, it)
        eventually(lambda: case.aws.state(it) == "stopping")
        case.lease(it, minutes=5)
        assert firing.result().outcome.startswith("nothing to do: leased until")
    assert case.aws.writes(it) == {"StopInstances": 1}
    eventually(lambda: case.aws.outcome(it) == (WORK, "stopped"))


def test_a_run_that_takes_over_in_the_last_moment_keeps_its_lease(case: Case) -> None:
    it = case.left_behind("running", BASE)
    case.aws.fail("DeleteTags", latency=0.5)
    with ThreadPoolExecutor() as threads:
        firing = threads.submit(case.fire, it)
        eventually(lambda: "DeleteTags" in case.changes())
        case.lease(it, minutes=5, **{TAGS.run: "manual__2"})
        assert firing.result().status == "Success"
    assert {TAGS.run, TAGS.expires} <= case.tags(it)


def credit_option(aws: Simulator, it: str) -> str:
    answer = aws.ec2.describe_instance_credit_specifications(InstanceIds=[it])
    return answer["InstanceCreditSpecifications"][0]["CpuCredits"]


def test_a_credit_option_that_is_right_is_left_as_it_is(case: Case) -> None:
    it = case.aws.instance("running", BASE)
    case.lease(it, minutes=-1, **{TAGS.credits: credit_option(case.aws, it)})
    case.fire(it)
    assert case.changes() == ["DeleteTags"]


def test_a_credit_option_that_was_lost_is_put_back_before_the_lease_ends(case: Case) -> None:
    it = case.aws.instance("running", BASE)
    had = {"standard": "unlimited", "unlimited": "standard"}[credit_option(case.aws, it)]
    case.lease(it, minutes=-1, **{TAGS.credits: had})
    case.fire(it)
    assert credit_option(case.aws, it) == had
    assert case.changes() == ["ModifyInstanceCreditSpecification", "DeleteTags"]


def test_a_credit_option_that_aws_does_not_take_is_told_and_not_asked_for_again_and_again(case: Case) -> None:
    it = run(case.aws, Placement={"Tenancy": "host"})
    eventually(lambda: case.aws.checks(it) == "ok")
    case.lease(it, minutes=-1, **{TAGS.credits: "unlimited"})
    execution = case.fire(it)
    assert case.changes() == ["ModifyInstanceCreditSpecification", "DeleteTags"]
    assert execution.status == "Success"
    assert execution.outcome.startswith(
        f"running as {BASE}, but set its credit option to unlimited by hand: "
    )
    assert "NotSupported" in execution.outcome
    assert case.tags(it) == set()


def test_a_type_without_credits_has_no_credit_option_put_back(case: Case) -> None:
    it = case.aws.instance("running", "m6i.2xlarge")
    case.lease(it, minutes=-1, **{TAGS.credits: "unlimited"})
    case.fire(it, ["m6i.2xlarge"])
    assert case.changes() == ["DeleteTags"]
