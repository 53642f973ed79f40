"""A task for the instance waits in the triggerer until its worker reports; else it fails, and says why."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from airflow.triggers.base import TaskFailedEvent, TaskSkippedEvent
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.ec2.driver import stored
from tests.ec2.simulator import BASE, WORK, Simulator
from tests.tier1_tasks.host.api_server import QUEUE, ApiServer
from tests.tier1_tasks.host.triggerer import Supervisor, event_of, task_instance, waiting
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.host import trigger as module
from tier1_tasks.host.trigger import WorkerTrigger
from tier1_tasks.planned import WHY

pytestmark = pytest.mark.usefixtures("supervisor")
EXPIRED = {"error": "ExpiredToken", "message": "The token has expired.", "status": 400}
LATER_SECONDS = 0.4


@pytest.fixture
def big(aws: Simulator) -> str:
    """An instance that is what the stages need."""
    return aws.instance("running", WORK)


@contextmanager
def later(what, *arguments, **options):
    """Something happens while the trigger waits."""
    timer = threading.Timer(LATER_SECONDS, what, arguments, options)
    timer.start()
    yield
    timer.join()


def reason(event):
    """Why the task has failed."""
    assert type(event) is TaskFailedEvent
    return event.xcoms[WHY]


def test_a_task_goes_on_where_its_worker_listens(api_server: ApiServer, big: str):
    api_server.has("i-another", queues=["another"])
    api_server.has(big)
    assert event_of(waiting(big)).payload == {"worker": big}


def test_a_worker_for_every_queue_listens_on_this_one(api_server: ApiServer, big: str):
    api_server.has(big, queues=None)
    assert event_of(waiting(big)).payload == {"worker": big}


def test_a_worker_that_reports_later_is_waited_for(api_server: ApiServer, big: str):
    with later(api_server.has, big):
        assert event_of(waiting(big)).payload == {"worker": big}


def test_the_workers_of_other_hosts_do_not_count(api_server: ApiServer, big: str):
    """They may take the task, but not before the instance itself can: it is paid for."""
    api_server.has("i-another")
    assert "No worker on" in reason(event_of(waiting(big, patience=0.3, more_hosts=["i-another"])))
    api_server.has(big)
    assert event_of(waiting(big, more_hosts=["i-another"])).payload == {"worker": big}


def test_the_task_of_a_shard_waits_as_every_other(api_server: ApiServer, big: str):
    trigger = waiting(big, shards=3)
    trigger.task_instance = task_instance(1, {"instance_id": big}, "stage_in_shards", map_index=2)
    with later(api_server.has, big):
        assert event_of(trigger).payload == {"worker": big}


def test_without_a_worker_the_task_fails_and_says_what_to_look_at(api_server: ApiServer, big: str):
    why = reason(event_of(waiting(big, patience=0.3)))
    assert f"No worker on {big} has reported for the queue '{QUEUE}'" in why
    assert "none has ever reported" in why
    assert "systemctl status tier1-worker" in why
    assert api_server.url in why


def test_a_worker_that_was_last_heard_of_before_the_launch_does_not_count(api_server: ApiServer, big: str):
    api_server.has(big, heard=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))
    why = reason(event_of(waiting(big, patience=0.3)))
    assert f"{big} (idle, last heard of: 2024-01-02 03:04:05 UTC)" in why


@pytest.mark.parametrize("state", ["unknown", "offline", "starting", "maintenance mode", "terminating"])
def test_a_worker_that_takes_no_tasks_does_not_count(api_server: ApiServer, big: str, state: str):
    api_server.has(big, state=state)
    assert f"{big} ({state}, " in reason(event_of(waiting(big, patience=0.3)))


def test_an_api_server_that_is_away_for_a_while_is_outlasted(api_server: ApiServer, big: str):
    api_server.has(big)
    api_server.go_away()
    with later(api_server.come):
        assert event_of(waiting(big)).payload == {"worker": big}


@pytest.mark.parametrize("answer", ["<html>", '{"detail": "busy"}', "[{}]", "[1]"])
def test_an_answer_that_makes_no_sense_is_asked_for_again(api_server: ApiServer, big: str, answer: str):
    api_server.has(big)
    api_server.answer = answer
    with later(setattr, api_server, "answer", None):
        assert event_of(waiting(big)).payload == {"worker": big}


def test_an_api_server_that_stays_away_is_the_reason(api_server: ApiServer, big: str):
    api_server.has(big)
    api_server.go_away()
    why = reason(event_of(waiting(big, patience=0.3)))
    api_server.come()
    assert f"{api_server.url}/tier1/workers does not say which workers there are" in why


def test_another_secret_than_the_api_servers_is_the_reason(api_server: ApiServer, big: str, monkeypatch):
    api_server.has(big)
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "not the one that the workers have" * 2)
    assert "403" in reason(event_of(waiting(big, patience=0.3)))


def test_the_workers_secret_opens_the_list_also_where_a_private_key_signs_all_other_tokens(
    api_server: ApiServer, big: str, monkeypatch, tmp_path
):
    formats = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "jwt.pem"
    file.write_bytes(Ed25519PrivateKey.generate().private_bytes(*formats))
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH", str(file))
    api_server.has(big)
    assert event_of(waiting(big)).payload == {"worker": big}


@pytest.mark.parametrize("times", [1, 2, 5])
def test_aws_that_does_not_answer_for_a_while_is_asked_again(
    aws: Simulator, api_server: ApiServer, big: str, times: int
):
    """Of two looks, the first is at what the instance is, the second at its launch."""
    api_server.has(big)
    aws.fail("DescribeInstances", times=times, **EXPIRED)
    assert event_of(waiting(big)).payload == {"worker": big}


def test_aws_that_goes_on_not_to_answer_is_the_reason(aws: Simulator, api_server: ApiServer, big: str):
    aws.fail("DescribeInstances", times=999, **EXPIRED)
    assert "ExpiredToken" in reason(event_of(waiting(big, patience=0.3)))


def test_what_aws_refuses_for_good_is_not_asked_again(aws: Simulator, api_server: ApiServer):
    assert "InvalidInstanceID.NotFound" in reason(event_of(waiting("i-00000000000000000", patience=60)))
    assert len(aws.calls()) == 1


@pytest.mark.parametrize("kind", [BASE, WORK])
def test_without_a_resize_any_type_will_do(aws: Simulator, api_server: ApiServer, kind: str):
    it = aws.instance("running", kind)
    api_server.has(it)
    assert event_of(waiting(it, resize="never")).payload == {"worker": it}


@pytest.mark.parametrize("try_number", [1, 2])
def test_without_a_resize_nothing_is_started_and_nothing_grows(
    aws: Simulator, api_server: ApiServer, try_number: int
):
    it = aws.instance("stopped", BASE)
    aws.control("DELETE", "calls")
    why = reason(event_of(waiting(it, resize="never", grows=True, try_number=try_number)))
    assert f"{it} is stopped as {BASE}" in why
    assert f"(the parameter resize is never): start {it}." in why
    assert (aws.outcome(it), aws.writes(it)) == ((BASE, "stopped"), {})


@pytest.mark.parametrize("grows", [False, True])
@pytest.mark.parametrize(("state", "kind"), [("running", BASE), ("stopped", WORK)])
def test_an_instance_that_is_not_big_on_the_first_try_stays_as_it_is(
    aws: Simulator, api_server: ApiServer, state: str, kind: str, grows
):
    it = aws.instance(state, kind)
    aws.control("DELETE", "calls")
    api_server.has(it)
    why = reason(event_of(waiting(it, grows=grows)))
    assert f"{it} is {state} as {kind}" in why
    assert why.endswith(CLEAR_AGAIN)
    assert (aws.outcome(it), aws.writes(it)) == ((kind, state), {})


def test_without_retries_of_stages_no_later_try_grows_either(aws: Simulator, api_server: ApiServer):
    it = aws.instance("running", BASE)
    assert reason(event_of(waiting(it, grows=False, try_number=2))).endswith(CLEAR_AGAIN)
    assert aws.outcome(it) == (BASE, "running")


def test_a_task_that_its_parameter_turns_off_is_skipped_and_waits_for_nobody(aws: Simulator):
    event = event_of(waiting("i-0", param="evaluate", evaluate=False))
    assert type(event) is TaskSkippedEvent
    assert aws.calls() == []


def test_a_task_that_its_parameter_leaves_on_waits(api_server: ApiServer, big: str):
    api_server.has(big)
    assert event_of(waiting(big, param="evaluate", evaluate=True)).payload == {"worker": big}


def test_a_defect_fails_the_task_and_never_the_trigger(api_server: ApiServer, big: str, monkeypatch):
    """A trigger that ends with an exception sends its task to a worker that may not be there."""

    def all_workers():
        raise RuntimeError("a defect\nand more")

    monkeypatch.setattr(module, "all_workers", all_workers)
    assert reason(event_of(waiting(big))) == "Cannot wait for the worker: a defect"


def test_a_run_whose_parameters_cannot_be_read_fails_the_task(supervisor: Supervisor):
    trigger = waiting("i-0")
    trigger.task_instance = None
    assert reason(event_of(trigger)).startswith("Cannot wait for the worker: ")


def test_a_trigger_comes_back_from_the_database_as_it_was():
    trigger = WorkerTrigger(
        QUEUE, "evaluate", timedelta(minutes=10).total_seconds(), grows=True, more_hosts=["i-1"]
    )
    again = stored(trigger)
    assert type(again) is WorkerTrigger
    assert again.serialize() == trigger.serialize()
    assert (again.queue, again.param, again.patience, again.grows) == (QUEUE, "evaluate", 600, True)
    assert again.more_hosts == ["i-1"]
