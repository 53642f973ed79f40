"""A stage that has lost its instance makes it big again, as upsize does, and then waits for its worker."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk import TaskInstanceState

from ec2_instance.holder import RunIdentity
from tests.ec2.simulator import BASE, HERE, TAGS, WORK, WRITES, Simulator, eventually
from tests.tier1_tasks.host.api_server import ApiServer
from tests.tier1_tasks.host.test_trigger import EXPIRED, reason
from tests.tier1_tasks.host.triggerer import RUN_ID, Supervisor, event_of, waiting
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.host.trigger import WorkerTrigger

pytestmark = pytest.mark.usefixtures("api_server", "supervisor")
STOP, MODIFY, START = WRITES
NO_CAPACITY = {"error": "InsufficientInstanceCapacity", "message": "No capacity.", "times": 99}
THIS_RUN = RunIdentity(RUN_ID, "tier1", HERE)


def again(instance_id: str, try_number: int = 2, **options):
    """The trigger of a later try, where stages are tried again."""
    return waiting(instance_id, try_number=try_number, grows=True, patience=0.3, **options)


def holder(aws: Simulator, instance_id: str):
    return TAGS.holder_of(aws.describe(instance_id))


@pytest.mark.parametrize(
    ("state", "kind"), [("running", BASE), ("stopped", BASE), ("stopped", WORK), ("stopping", WORK)]
)
def test_on_a_later_try_the_instance_is_made_big_again_and_leased(aws: Simulator, state: str, kind: str):
    it = aws.instance(state, kind)
    assert "No worker" in reason(event_of(again(it)))
    assert aws.outcome(it) == (WORK, "running")
    lease = holder(aws, it)
    assert lease.who == THIS_RUN
    assert lease.base_type == BASE
    assert lease.expires > datetime.now(UTC) + timedelta(hours=1)


def test_shards_that_have_lost_it_together_make_it_big_again_together(aws: Simulator):
    it = aws.instance("stopping", BASE)
    triggers = [again(it) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        for event in pool.map(event_of, triggers):
            assert "No worker" in reason(event)
    assert aws.outcome(it) == (WORK, "running")
    assert holder(aws, it).who == THIS_RUN


def test_the_worker_of_the_new_launch_is_waited_for(aws: Simulator, api_server: ApiServer):
    it = aws.instance("stopped", WORK)
    api_server.has(it, heard=datetime.now(UTC) - timedelta(seconds=5))
    assert "No worker" in reason(event_of(again(it)))
    api_server.has(it, heard=datetime.now(UTC) + timedelta(seconds=5))
    assert event_of(again(it)).payload == {"worker": it}


def test_an_instance_that_is_right_is_not_touched(aws: Simulator, api_server: ApiServer):
    it = aws.instance("running", WORK)
    api_server.has(it, heard=datetime.now(UTC) + timedelta(seconds=5))
    assert event_of(again(it)).payload == {"worker": it}
    assert aws.writes(it) == {}
    assert holder(aws, it) is None


@pytest.mark.parametrize("state", [TaskInstanceState.SUCCESS, TaskInstanceState.FAILED])
def test_where_downsize_has_ended_nothing_grows(aws: Simulator, supervisor: Supervisor, state: str):
    supervisor.downsize = state
    it = aws.instance("running", BASE)
    why = reason(event_of(again(it)))
    assert "downsize has ended already" in why
    assert why.endswith(CLEAR_AGAIN)
    assert (aws.outcome(it), aws.writes(it)) == ((BASE, "running"), {})


def test_the_instance_of_another_run_is_left_alone(aws: Simulator):
    it = aws.instance("running", BASE)
    expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    tags = {TAGS.run: "other", TAGS.dag: "tier1", TAGS.owner: "elsewhere", TAGS.expires: expires}
    aws.ec2.create_tags(Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    assert "leased by run other of DAG tier1 in Airflow elsewhere" in reason(event_of(again(it)))
    assert (aws.outcome(it), aws.writes(it)) == ((BASE, "running"), {})


def test_where_aws_has_no_big_instance_a_small_one_is_left_and_the_task_says_so(aws: Simulator):
    it = aws.instance("running", BASE)
    aws.fail(START, type=WORK, **NO_CAPACITY)
    why = reason(event_of(again(it)))
    assert f"AWS refused {WORK}" in why
    assert "InsufficientInstanceCapacity" in why
    assert aws.outcome(it) == (BASE, "running")


def test_a_type_that_aws_does_not_give_is_followed_by_the_next(aws: Simulator):
    it = aws.instance("running", BASE)
    aws.fail(START, type=WORK, **NO_CAPACITY)
    assert "No worker" in reason(event_of(again(it, work_type=f"{WORK},c6i.8xlarge")))
    assert aws.outcome(it) == ("c6i.8xlarge", "running")


@pytest.mark.parametrize("action", ["DescribeInstances", "DescribeInstanceStatus", "CreateTags", *WRITES])
def test_aws_that_does_not_answer_for_a_while_is_asked_again(aws: Simulator, action: str):
    it = aws.instance("running", BASE)
    aws.fail(action, times=2, **EXPIRED)
    assert "No worker" in reason(event_of(again(it)))
    assert aws.outcome(it) == (WORK, "running")


def test_a_terminated_instance_cannot_grow(aws: Simulator):
    it = aws.instance("running", BASE)
    aws.ec2.terminate_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "terminated")
    assert "a terminated instance cannot come back" in reason(event_of(again(it)))


async def cancelled_while_in_flight(aws: Simulator, trigger: WorkerTrigger, action: str, times: int):
    """Let a person mark the task during the nth call of an action."""
    aws.fail(action, times=times, latency=0.3)
    waits = asyncio.create_task(only(trigger))
    while [call["action"] for call in aws.calls()].count(action) < times:
        await asyncio.sleep(0.01)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits


@pytest.mark.parametrize(("action", "times"), [("DescribeInstances", 2), *((action, 1) for action in WRITES)])
def test_a_trigger_that_is_cancelled_makes_no_call_after_the_one_in_flight(
    aws: Simulator, action: str, times: int
):
    """Downsize begins then; what followed would undo what that does. The first look is not the growth's."""
    it = aws.instance("running", BASE)
    aws.control("DELETE", "calls")
    asyncio.run(cancelled_while_in_flight(aws, again(it), action, times))
    assert aws.calls()[-1]["action"] == action
    before = len(aws.calls())
    time.sleep(0.6)
    assert len(aws.calls()) == before


def test_a_trigger_that_is_cancelled_while_it_takes_the_lease_does_not_stop_the_instance(aws: Simulator):
    it = aws.instance("running", BASE)
    asyncio.run(cancelled_while_in_flight(aws, again(it), "CreateTags", 1))
    time.sleep(0.6)
    assert (aws.outcome(it), aws.writes(it)) == ((BASE, "running"), {})


def test_a_trigger_that_is_cancelled_while_it_waits_does_not_go_on(aws: Simulator):
    it = aws.instance("running", BASE)
    aws.every_transition_takes(0.5)

    async def cancelled():
        waits = asyncio.create_task(only(again(it)))
        while aws.state(it) != "stopping":
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits

    asyncio.run(cancelled())
    time.sleep(1)
    assert aws.outcome(it) == (BASE, "stopped")


async def only(trigger: WorkerTrigger):
    """The event that it yields."""
    return [event async for event in trigger.run()]
