"""An endpoint that is busy, half blind or out of step: it makes the way slower, never another one."""

from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    MetadataRetrievalError,
    NoCredentialsError,
)

from ec2_instance.dead_man import DeadManSwitch
from ec2_instance.lease import Lease
from tests.ec2.driver import TaskInstance, operator, run
from tests.ec2.simulator import BASE, SLOW, TAGS, WORK, WRITES, Simulator, eventually

STOP, MODIFY, START = WRITES
EQUIVALENT = "t3a.2xlarge"
SMALL = [BASE, EQUIVALENT]
ALL_WRITES = {STOP: 1, MODIFY: 1, START: 1}
THROTTLED = {"error": "RequestLimitExceeded", "message": "Request limit exceeded.", "status": 503}
DENIED = {"error": "UnauthorizedOperation", "message": "You are not authorized.", "status": 403}
HOUR = timedelta(hours=1)
SWITCH = DeadManSwitch(
    "arn:aws:iam::1:role/scheduler", "arn:aws:iam::1:role/automation", "document", TAGS.prefix
)


def resize(it: str, wanted: str, **arguments: Any) -> Any:
    quick = {"impaired_patience": 0.05, "busy_patience": 20, "lease": Lease(TAGS, HOUR)}
    return operator(it, wanted, fallback_types=SMALL, **(quick | arguments))


@pytest.mark.parametrize("fault", [DENIED, {"error": "InternalError", "status": 500}])
def test_a_big_instance_is_stopped_without_a_look_at_its_status_checks(
    aws: Simulator, fault: dict[str, Any]
) -> None:
    it = aws.instance("running", WORK)
    aws.fail("DescribeInstanceStatus", times=999, **fault)
    with pytest.raises(AirflowException):
        run(resize(it, BASE, timeout=5))
    eventually(lambda: aws.outcome(it) == (BASE, "running"))


@pytest.mark.parametrize("action", WRITES)
def test_a_long_burst_of_throttling_is_outlasted(aws: Simulator, action: str) -> None:
    it = aws.instance("running", WORK)
    aws.fail(action, times=8, **THROTTLED)
    result = run(resize(it, BASE, poll_interval=0.005))
    assert (aws.outcome(it), aws.writes(it), result["refused"]) == ((BASE, "running"), ALL_WRITES, [])


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("action", WRITES)
def test_a_busy_answer_with_an_unknown_code_refuses_no_type(aws: Simulator, action: str, status: int) -> None:
    it = aws.instance("running", WORK)
    aws.fail(action, error="Whatever", message="<html>", status=status)
    result = run(resize(it, BASE))
    assert (aws.outcome(it), aws.writes(it), result["refused"]) == ((BASE, "running"), ALL_WRITES, [])


EXPIRED = {"error": "ExpiredToken", "message": "The token has expired.", "status": 400}


@pytest.mark.parametrize("action", ["DescribeInstances", "DescribeInstanceStatus", *WRITES])
@pytest.mark.parametrize("code", ["ExpiredToken", "AuthFailure", "UnrecognizedClientException"])
def test_expired_credentials_are_outlasted(aws: Simulator, action: str, code: str) -> None:
    it = aws.instance("running", WORK)
    aws.fail(action, times=3, **EXPIRED | {"error": code})
    result = run(resize(it, BASE))
    assert (aws.outcome(it), aws.writes(it), result["refused"]) == ((BASE, "running"), ALL_WRITES, [])


@pytest.mark.parametrize("wanted", [BASE, WORK])
@pytest.mark.parametrize("action", WRITES)
def test_credentials_that_stay_away_refuse_no_type(aws: Simulator, action: str, wanted: str) -> None:
    it = aws.instance("running", WORK if wanted == BASE else BASE)
    aws.fail(action, times=999, **EXPIRED)
    with pytest.raises(AirflowException, match=r"No valid credentials for .*ExpiredToken") as failed:
        run(resize(it, wanted, busy_patience=0.2))
    assert not isinstance(failed.value, AirflowFailException)  # Airflow tries again
    assert "AWS refused" not in str(failed.value)


class GoneCredentials:
    """The connection's credentials, of which so many look-ups fail from some call on."""

    def __init__(self, errors: list[Exception]) -> None:
        self.errors = errors

    def __call__(self, **_: object) -> None:
        if self.errors:
            raise self.errors.pop()


ASSUME_ROLE = ClientError({"Error": {"Code": "AccessDenied", "Message": "not now"}}, "AssumeRole")
AWAY = {
    "nothing found": NoCredentialsError(),
    "the process fails": CredentialRetrievalError(provider="custom-process", error_msg="exit status 1"),
    "no metadata": MetadataRetrievalError(error_msg="timed out"),
    "old ones": RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired."),
    "the role may not be taken": ASSUME_ROLE,
    "no connection to STS": EndpointConnectionError(endpoint_url="https://sts.amazonaws.com"),
}


@pytest.mark.parametrize("step", WRITES)
@pytest.mark.parametrize("away", AWAY)
def test_whoever_gives_out_credentials_may_be_away(
    aws: Simulator, monkeypatch: pytest.MonkeyPatch, away: str, step: str
) -> None:
    it = aws.instance("running", WORK)
    task = resize(it, BASE)
    events = task._aws.ec2.meta.events  # the tests share their clients
    gone = GoneCredentials([AWAY[away]] * 2)
    event = f"before-sign.ec2.{step}"
    events.register(event, gone)
    monkeypatch.setattr("ec2_resize.request.STEP_SHOWS", timedelta(seconds=0.06))
    try:
        result = run(task)
    finally:
        events.unregister(event, gone)
    assert gone.errors == []
    assert (aws.outcome(it), aws.writes(it), result["refused"]) == ((BASE, "running"), ALL_WRITES, [])


def test_a_throttled_release_does_not_leave_the_lease_behind(aws: Simulator) -> None:
    it = aws.instance()
    run(resize(it, WORK))
    aws.fail("DeleteTags", times=2, **THROTTLED)
    run(resize(it, BASE))
    assert TAGS.holder_of(aws.describe(it)) is None


def test_the_way_back_does_not_believe_its_first_look_beside_a_dying_upsize(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    with pytest.raises(TaskDeferred):
        resize(it, WORK).execute({})  # leased and stopped; then its run is marked failed
    aws.every_transition_takes(0.03)
    run(resize(it, BASE))
    assert aws.outcome(it) == (BASE, "running")
    assert TAGS.holder_of(aws.describe(it)) is None


def test_a_stop_that_arrives_after_the_first_look_is_seen(aws: Simulator, monkeypatch: Any) -> None:
    it = aws.instance()
    run(resize(it, WORK))
    run(operator(it, BASE))  # small, and still leased: what a dying upsize leaves that has not stopped it yet
    monkeypatch.setattr("ec2_resize.request.SETTLES", timedelta(seconds=2))
    with pytest.raises(TaskDeferred) as settling:
        resize(it, BASE).execute({})
    aws.ec2.stop_instances(InstanceIds=[it])  # its last call
    assert settling.value.trigger
    run(resize(it, BASE))
    assert aws.outcome(it) == (BASE, "running")
    assert TAGS.holder_of(aws.describe(it)) is None


def test_what_one_type_fell_for_is_not_held_against_the_next(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, times=99, type=WORK, falls_back="Client.InternalError")
    aws.fail(START, times=1, type=BASE, **THROTTLED)
    with pytest.raises(AirflowFailException, match=f"running as {BASE}"):
        run(resize(it, WORK))
    assert aws.outcome(it) == (BASE, "running")


def test_a_small_instance_that_never_gets_ready_after_a_refusal_is_not_climbed_again(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(START, times=99, type=WORK, error="Unsupported", status=400)
    aws.control("POST", "timing", {"transition": 0.03, "status_checks": 9999})
    ti = TaskInstance()
    with pytest.raises(AirflowFailException, match=r"did not get ready.*What AWS said: c7i"):
        run(resize(it, WORK, timeout=1), ti=ti)
    assert ti.xcom["return_value"]["type_after"] == BASE


@pytest.mark.parametrize("action", ["CreateSchedule", "DeleteSchedule"])
def test_trouble_with_the_dead_man_switch_does_not_cost_the_lease(aws: Simulator, action: str) -> None:
    it = aws.instance()
    lease = Lease(TAGS, HOUR, SWITCH)
    aws.fail(action, times=99, error="UnknownOperationException", message="?", status=404)
    run(resize(it, WORK, lease=lease))
    assert TAGS.holder_of(aws.describe(it))
    run(resize(it, BASE, lease=lease))
    assert aws.outcome(it) == (BASE, "running")
    assert TAGS.holder_of(aws.describe(it)) is None


def test_a_dead_man_switch_that_may_not_be_armed_keeps_the_instance_small(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail("CreateSchedule", times=99, error="AccessDeniedException", message="No.", status=403)
    with pytest.raises(AirflowException, match=r"Cannot write the lease.*AccessDenied"):
        run(resize(it, WORK, lease=Lease(TAGS, HOUR, SWITCH)))
    assert (aws.outcome(it), aws.writes(it)) == ((BASE, "running"), {})


def test_from_an_equivalent_the_base_type_is_asked_for_with_little_patience(aws: Simulator) -> None:
    it = aws.instance("running", EQUIVALENT)
    aws.fail(START, times=999, type=BASE, error="InsufficientInstanceCapacity", status=500)
    with pytest.raises(AirflowFailException, match=f"running as {EQUIVALENT}"):
        run(resize(it, BASE, patience=9999, fallback_patience=0.1))
    assert aws.outcome(it) == (EQUIVALENT, "running")


def test_no_type_at_all_is_refused_for_good(aws: Simulator) -> None:
    with pytest.raises(AirflowFailException, match="name at least one"):
        run(operator(aws.instance(), " , "))
