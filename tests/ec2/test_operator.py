"""However the instance is found and whatever goes wrong, it ends running on the wanted type."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, TaskDeferred

from tests.ec2.driver import fire, operator, run, stored
from tests.ec2.simulator import BASE, SLOW, TRILLIUM, WORK, WRITES, Simulator, eventually

STOP, MODIFY, START = WRITES
THROTTLED = {"error": "RequestLimitExceeded", "message": "Request limit exceeded.", "status": 503}


def test_two_at_the_same_time(aws: Simulator) -> None:
    it = aws.instance()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [operator(it), operator(it)]))
    assert aws.outcome(it) == (WORK, "running")


def test_there_and_back_tells_what_it_cost(aws: Simulator) -> None:
    it = aws.instance()
    up = run(operator(it, WORK))
    down = run(operator(it, BASE))
    assert aws.outcome(it) == (BASE, "running")
    assert 0 < down["downtime_seconds"] <= down["seconds"]
    assert up["public_ip_before"] != up["public_ip_after"] == down["public_ip_before"]


@pytest.mark.parametrize("instance_id", ["i-00000000000000000", "trillium"])
def test_an_unknown_instance_fails_for_good_and_says_where(aws: Simulator, instance_id: str) -> None:
    with pytest.raises(AirflowFailException, match=f"{instance_id} in us-east-1.*Check the id"):
        run(operator(instance_id))


def test_a_killed_task_stops_in_the_middle_of_a_call() -> None:
    with pytest.raises(SystemExit, match=TRILLIUM):
        operator(TRILLIUM).on_kill()


def test_a_terminated_instance_fails_for_good(aws: Simulator) -> None:
    it = aws.instance()
    aws.ec2.terminate_instances(InstanceIds=[it])
    with pytest.raises(AirflowFailException, match="us-east-1: a terminated instance cannot come back"):
        run(operator(it))


def test_an_instance_terminated_meanwhile_ends_the_wait(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(STOP, lost_answer=True)
    aws.ec2.terminate_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "terminated")
    with pytest.raises(AirflowFailException):
        run(operator(it))


def test_what_is_always_throttled_fails_in_the_end(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail(STOP, times=99, **THROTTLED)
    with pytest.raises(AirflowException, match=r"AWS was too busy for StopInstances.*RequestLimitExceeded"):
        run(operator(it))
    assert aws.outcome(it) == (BASE, "running")


def test_a_wait_ends_in_an_error_when_time_is_up(aws: Simulator) -> None:
    it = aws.instance("stopping")
    aws.fail("DescribeInstances", times=9999, **THROTTLED)
    with pytest.raises(AirflowException, match=f"Timed out without an answer: Cannot read {it}"):
        run(operator(it, timeout=0.3))


def test_what_a_wait_cannot_get_over_is_an_error(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    with pytest.raises(TaskDeferred) as deferred:
        operator(it).execute({})
    aws.fail("DescribeInstances", error="UnauthorizedOperation", message="Not you.", status=403)
    event = fire(deferred.value.trigger)
    assert event["status"] == "error"
    assert "Not you." in event["message"]


def test_the_trigger_is_the_same_after_a_round_trip(aws: Simulator) -> None:
    it = aws.instance()
    aws.every_transition_takes(SLOW)
    with pytest.raises(TaskDeferred) as deferred:
        operator(it, region_name="us-east-1", botocore_config={"read_timeout": 9}).execute({})
    trigger = deferred.value.trigger
    assert stored(trigger).serialize() == trigger.serialize()
    assert fire(stored(trigger))["status"] == "success"
