"""The lease: taken before the first change, respected by others, given back when the instance is small."""

import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.holder import Holder, RunIdentity, Tags
from ec2_instance.lease import Lease, LeasedError
from ec2_instance.reading import Instance, read
from ec2_instance.renewal import renewing
from tests.ec2.driver import operator, run
from tests.ec2.simulator import BASE, HERE, TAGS, WORK, WRITES, Simulator, eventually

STOP, MODIFY, START = WRITES
LEASE = Lease(TAGS, timedelta(hours=1), guard="guard")
SHORT = Lease(TAGS, timedelta(seconds=3.6))
US = RunIdentity("run", "tier1", HERE)
DENIED = {"error": "UnauthorizedOperation", "message": "You are not authorized.", "status": 403}


def up(it: str, **arguments: Any) -> Any:
    return operator(it, WORK, fallback_types=[BASE], lease=LEASE, **arguments)


def down(it: str, **arguments: Any) -> Any:
    return operator(it, BASE, fallback_types=[BASE], lease=LEASE, **arguments)


def holder(aws: Simulator, it: str) -> Holder | None:
    return TAGS.holder_of(aws.describe(it))


def lease_to(
    aws: Simulator, it: str, run_id: str, minutes: float, dag: str = "tier1", owner: str = HERE
) -> None:
    expires = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    tags = {TAGS.run: run_id, TAGS.dag: dag, TAGS.owner: owner, TAGS.expires: expires}
    aws.ec2.create_tags(
        Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items() if value]
    )


def names(aws: Simulator) -> list[str]:
    return [call["action"] for call in aws.control("GET", "calls") if not call["error"]]


def test_it_is_taken_before_the_first_stop_and_given_back_after_the_way_back(aws: Simulator) -> None:
    it = aws.instance()
    aws.control("DELETE", "calls")
    run(up(it))
    found = holder(aws, it)
    assert found
    assert found.is_live
    assert (found.who, found.base_type) == (US, BASE)
    assert found.expires - datetime.now(UTC) > timedelta(minutes=59)
    assert names(aws).index("CreateTags") < names(aws).index(STOP)
    run(down(it))
    assert holder(aws, it) is None
    assert {tag["Key"] for tag in aws.describe(it).get("Tags", [])} & set(TAGS.all) == set()


def test_an_instance_that_is_already_right_gets_no_write_at_all(aws: Simulator) -> None:
    it = aws.instance()
    aws.control("DELETE", "calls")
    run(down(it))
    assert {name for name in names(aws) if not name.startswith("Describe")} == set()


@pytest.mark.parametrize(("direction", "instance_type"), [(up, BASE), (down, WORK)])
def test_the_live_lease_of_another_run_is_respected(
    aws: Simulator, direction: Any, instance_type: str
) -> None:
    it = aws.instance("running", instance_type)
    lease_to(aws, it, "another", minutes=5)
    with pytest.raises(
        AirflowFailException,
        match=r"leased by run another of DAG tier1 in Airflow .* until.*Nothing was changed",
    ):
        run(direction(it))
    assert aws.outcome(it) == (instance_type, "running")
    assert aws.writes(it) == {}


@pytest.mark.parametrize(
    ("dag", "owner"), [("tier1", "another-airflow"), ("another_dag", HERE), ("tier1", "")]
)
def test_a_run_of_the_same_name_elsewhere_is_another_run(aws: Simulator, dag: str, owner: str) -> None:
    it = aws.instance("running", WORK)
    lease_to(aws, it, "run", 5, dag, owner)
    with pytest.raises(AirflowFailException, match=r"leased by run run of DAG.*Nothing was changed"):
        run(down(it))
    with pytest.raises(LeasedError), renewing(LEASE, clients(), it, US, [BASE]):
        raise AssertionError("it began")
    assert aws.outcome(it) == (WORK, "running")


def test_a_lease_from_before_leases_named_their_dag_is_still_its_runs(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    lease_to(aws, it, "run", 5, dag="", owner="http://127.0.0.1:8080")
    run(down(it))
    assert (aws.outcome(it), holder(aws, it)) == ((BASE, "running"), None)


@pytest.mark.parametrize("who", ["run", "over"])
def test_on_the_way_back_no_lease_is_made_longer(aws: Simulator, who: str) -> None:
    it = aws.instance("running", WORK)
    lease_to(aws, it, who, minutes=5)
    before = holder(aws, it)
    aws.fail(STOP, error="OperationNotPermitted", message="May not be stopped.", status=400)
    with pytest.raises(AirflowException, match="May not be stopped"):
        run(down(it, lease_instead_of=asdict(RunIdentity("over", "tier1", HERE))))
    after = holder(aws, it)
    assert before
    assert after
    assert (after.who, after.expires) == (US, before.expires)


@pytest.mark.parametrize(
    ("guard", "advice"),
    [("guard", "the DAG guard frees the instance"), ("", "or until the lease has expired")],
)
def test_the_error_names_the_instance_its_holder_and_what_to_do(guard: str, advice: str) -> None:
    expires = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    leased = Instance("i-1", BASE, "running", tags={TAGS.run: "another", TAGS.expires: expires})
    aws: Any = None  # AWS is not asked
    with pytest.raises(LeasedError, match=rf"^i-1 is leased by run another until .* UTC\. Wait .*{advice}"):
        Lease(TAGS, timedelta(hours=1), guard=guard).hold(aws, leased, US, [BASE], grows=True)


def test_a_lease_under_another_prefix_is_none(aws: Simulator) -> None:
    it = aws.instance()
    lease_to(aws, it, "another", minutes=5)
    others = Lease(Tags("other"), timedelta(hours=1))
    assert LEASE.holder(read(aws.ec2, it))
    assert others.holder(read(aws.ec2, it)) is None
    assert others.leased_instances(aws.ec2) == []


def test_an_expired_lease_is_taken_over(aws: Simulator) -> None:
    it = aws.instance()
    lease_to(aws, it, "another", minutes=-1)
    run(up(it))
    found = holder(aws, it)
    assert found
    assert found.who == US


def test_a_lease_without_a_readable_time_holds_nobody_off(aws: Simulator) -> None:
    it = aws.instance()
    aws.ec2.create_tags(
        Resources=[it], Tags=[{"Key": TAGS.run, "Value": "x"}, {"Key": TAGS.expires, "Value": "soon"}]
    )
    run(up(it))
    assert aws.outcome(it) == (WORK, "running")


def test_the_lease_of_a_run_that_is_over_can_be_taken_over_by_name(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    lease_to(aws, it, "over", minutes=30)
    run(down(it, lease_instead_of=asdict(RunIdentity("over", "tier1", HERE))))
    assert aws.outcome(it) == (BASE, "running")
    assert holder(aws, it) is None


@pytest.mark.parametrize("action", ["CreateTags"])
def test_without_a_lease_nothing_grows_and_everything_shrinks(aws: Simulator, action: str) -> None:
    small, big = aws.instance(), aws.instance("running", WORK)
    aws.fail(action, times=99, **DENIED)
    with pytest.raises(AirflowException, match="not authorized"):
        run(up(small))
    assert (aws.outcome(small), aws.writes(small)) == ((BASE, "running"), {})
    run(down(big))
    assert aws.outcome(big) == (BASE, "running")


def test_an_endpoint_that_knows_no_tags_can_be_worked_with(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(
        "CreateTags", times=99, error="InvalidAction", message="Not valid for this web service.", status=400
    )
    run(up(it))
    assert aws.outcome(it) == (WORK, "running")


def test_a_refusal_that_ends_small_gives_it_back_and_one_that_ends_stopped_keeps_it(aws: Simulator) -> None:
    small, stopped = aws.instance(), aws.instance()
    refused = {"times": 9, "error": "Unsupported", "status": 400}
    aws.fail(START, type=WORK, **refused)
    with pytest.raises(AirflowFailException):
        run(up(small))
    aws.control("DELETE", "faults")
    aws.fail(START, **refused)
    with pytest.raises(AirflowFailException):
        run(up(stopped))
    assert (aws.outcome(small), holder(aws, small)) == ((BASE, "running"), None)
    assert aws.outcome(stopped) == (BASE, "stopped")
    assert stopped in {it.instance_id for it, _ in LEASE.leased_instances(aws.ec2)}


def test_the_credit_option_that_aws_forgets_is_put_back(aws: Simulator) -> None:
    it = aws.instance()
    option = {"InstanceId": it, "CpuCredits": "standard"}
    aws.ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[option])
    run(up(it))
    assert {TAGS.credits, TAGS.owner, TAGS.run} <= {tag["Key"] for tag in aws.describe(it)["Tags"]}
    run(down(it))
    answer = aws.ec2.describe_instance_credit_specifications(InstanceIds=[it])
    assert answer["InstanceCreditSpecifications"][0]["CpuCredits"] == "standard"


def clients() -> Clients:
    return Clients(ec2_hook())


def test_work_renews_it_again_and_again(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    with renewing(SHORT, clients(), it, US, [BASE]):
        first = holder(aws, it)
        assert first
        eventually(lambda: (now := holder(aws, it)) and now.expires > first.expires + timedelta(seconds=1))


def test_work_that_outlives_its_run_does_not_lease_the_instance_again(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    with renewing(SHORT, clients(), it, US, [BASE]):
        aws.ec2.delete_tags(Resources=[it], Tags=[{"Key": key} for key in TAGS.all])  # its downsize is done
        time.sleep(2)  # three renewals would be due
        assert holder(aws, it) is None


def test_a_renewal_that_aws_does_not_answer_does_not_stop_the_work(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    aws.fail("CreateTags", times=9, **DENIED)
    with renewing(LEASE, clients(), it, US, [BASE]):
        pass


def test_work_does_not_begin_on_an_instance_that_another_run_holds(aws: Simulator) -> None:
    it = aws.instance("running", WORK)
    lease_to(aws, it, "another", minutes=5)
    with pytest.raises(LeasedError), renewing(LEASE, clients(), it, US, [BASE]):
        raise AssertionError("it began")
