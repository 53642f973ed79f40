"""Faults on demand: a call fails, takes long, loses its answer or starts in vain."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.ec2.simulated.asking import code, posted
from tests.ec2.simulator import FAST, SLOW, TRILLIUM, WORK, Simulator, eventually


def test_a_fault_hits_as_often_as_told_and_only_its_type(aws: Simulator) -> None:
    base, work = aws.instance("stopped"), aws.instance("stopped", WORK)
    aws.fail("StartInstances", times=2, type=WORK, error="InsufficientInstanceCapacity", status=500)
    aws.ec2.start_instances(InstanceIds=[base])
    for _ in range(2):
        assert code(aws.ec2.start_instances, InstanceIds=[work]) == "InsufficientInstanceCapacity"
    aws.ec2.start_instances(InstanceIds=[work])
    eventually(lambda: aws.state(work) == "running")


def test_a_lost_answer_comes_at_once_and_the_call_has_worked(aws: Simulator) -> None:
    it = aws.instance()
    aws.fail("StopInstances", lost_answer=True)
    started = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        aws.ec2.stop_instances(InstanceIds=[it])
    assert time.monotonic() - started < 5
    assert aws.state(it) in {"stopping", "stopped"}
    assert aws.writes(it) == {"StopInstances": 1}


@pytest.mark.parametrize("error", [None, "RequestLimitExceeded"])
def test_a_slow_call_keeps_no_other_waiting_and_then_works_or_fails(
    aws: Simulator, error: str | None
) -> None:
    it = aws.instance()
    aws.fail("StopInstances", latency=SLOW, **({"error": error} if error else {}))
    started = time.monotonic()
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(aws.ec2.stop_instances, InstanceIds=[it])
        time.sleep(FAST)
        assert aws.state(it) == "running"
        assert time.monotonic() - started < SLOW
        failed = slow.exception()
    assert time.monotonic() - started > SLOW
    if error:
        assert isinstance(failed, ClientError)
        assert failed.response["Error"]["Code"] == error
        assert aws.state(it) == "running"
    else:
        assert failed is None
        assert aws.state(it) in {"stopping", "stopped"}


@pytest.mark.parametrize(
    ("why", "message"),
    [
        ("Server.InternalError", "Server.InternalError: Internal error on launch"),
        ("Client.InternalError", "Client.InternalError: Client error on launch"),
        (
            "Server.InsufficientInstanceCapacity",
            "Server.InsufficientInstanceCapacity: "
            "There was insufficient capacity available to satisfy the launch request",
        ),
        ("Server.Moon", "Server.Moon: The instance could not be started"),
    ],
)
def test_a_start_that_falls_back_never_runs_and_says_why(aws: Simulator, why: str, message: str) -> None:
    it = aws.instance("stopped")
    aws.every_transition_takes(0.1)
    aws.fail("StartInstances", falls_back=why)
    aws.ec2.start_instances(InstanceIds=[it])
    states = list(until_it_rests(aws, it))
    assert (states[0], set(states)) == ("pending", {"pending", "stopped"})
    after = aws.describe(it)
    assert after["StateReason"] == {"Code": why, "Message": message}
    assert "PublicIpAddress" not in after
    aws.ec2.start_instances(InstanceIds=[it])
    assert "StateReason" not in aws.describe(it)
    assert list(until_it_rests(aws, it))[-1] == "running"
    assert "StateReason" not in aws.describe(it)


def until_it_rests(aws: Simulator, it: str) -> Iterator[str]:
    """The states of an instance until it passes through none."""
    while (state := aws.state(it)) in {"pending", "stopping"}:
        yield state
    yield state


def test_a_stop_is_the_reason_of_a_stopped_instance(aws: Simulator) -> None:
    it = aws.instance()
    assert "StateReason" not in aws.describe(it)
    aws.ec2.stop_instances(InstanceIds=[it])
    message = "Client.UserInitiatedShutdown: User initiated shutdown"
    for state in ("stopping", "stopped"):
        eventually(lambda state=state: aws.state(it) in {state, "stopped"})
        assert aws.describe(it)["StateReason"] == {"Code": "Client.UserInitiatedShutdown", "Message": message}


def test_a_dry_run_does_not_use_up_a_start_that_fails_later(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.fail("StartInstances", falls_back="Server.InternalError")
    assert code(aws.ec2.start_instances, InstanceIds=[it], DryRun=True) == "DryRunOperation"
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "stopped")


def test_an_impaired_instance_stays_so_until_it_is_stopped_and_started(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.fail("StartInstances", impaired=True)
    aws.every_transition_takes(0.2)
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: aws.state(it) == "running")
    assert both_checks(aws, it) == {"initializing"}
    eventually(lambda: both_checks(aws, it) != {"initializing"})
    time.sleep(0.5)
    assert both_checks(aws, it) == {"impaired"}
    aws.every_transition_takes(FAST)
    aws.bring(it, "stopped")
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: both_checks(aws, it) == {"ok"})


def test_an_impairment_may_pass(aws: Simulator) -> None:
    it = aws.instance("stopped")
    aws.fail("StartInstances", impaired=0.5)
    aws.ec2.start_instances(InstanceIds=[it])
    eventually(lambda: both_checks(aws, it) == {"impaired"}, 0.4)
    eventually(lambda: both_checks(aws, it) == {"ok"}, 2)


def both_checks(aws: Simulator, it: str) -> set[str]:
    answer = aws.ec2.describe_instance_status(InstanceIds=[it])["InstanceStatuses"]
    return {answer[0][check]["Status"] for check in ("InstanceStatus", "SystemStatus")} if answer else set()


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("faults", {}),
        ("faults", {"action": "StopInstances", "colour": "red"}),
        ("faults", {"action": "StopInstances", "latency": "long"}),
        ("faults", {"action": "StopInstances", "latency": -1}),
        ("faults", {"action": "StopInstances", "falls_back": "Server.InternalError"}),
        ("faults", {"action": "StopInstances", "impaired": True}),
        ("faults", {"action": "StartInstances", "impaired": "badly"}),
        ("quota", {"vcpus": "some"}),
        ("quota", {}),
        ("instance", {"instance_id": TRILLIUM, "Colour": "red"}),
        ("instance", {"instance_id": "i-00000000000000000", "EnaSupport": False}),
        ("timing", {"colour": 1}),
        ("timing", ["transition"]),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(aws: Simulator, what: str, body: object) -> None:
    status, answer = posted(f"{aws.url}/_control/{what}", json.dumps(body).encode())
    assert (status, bool(json.loads(answer)["error"])) == (400, True)
    assert aws.state(TRILLIUM) == "running"
