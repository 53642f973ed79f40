"""A person is told whatever has failed, whoever in Airflow calls back, and however little it knows."""

import json
import uuid
from typing import Any

import pytest
import structlog
from airflow.callbacks.callback_requests import TaskCallbackRequest
from airflow.dag_processing.processor import _execute_task_callbacks
from airflow.sdk import DAG, BaseOperator, Context

from ec2_instance.alert import LONGEST_SUBJECT, page
from tests.ec2.simulator import Simulator

INSTANCE = "i-0000000a"
AWS, KEPT_AS = "aws_default", "unsent_page_"
SUBJECT = "TIER 1: {instance_id} of run {run_id} may not be small"
NOW = "2026-01-05T00:00:00+00:00"


class Mailbox:
    """A topic, and a queue that gets what is published to it."""

    def __init__(self, aws: Simulator) -> None:
        name = f"alerts-{uuid.uuid4().hex}"
        sns, self._sqs = aws.client("sns"), aws.client("sqs")
        self.topic = sns.create_topic(Name=name)["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue)

    def mail(self) -> dict[str, str]:
        [message] = self._sqs.receive_message(QueueUrl=self._queue)["Messages"]
        return json.loads(message["Body"])


@pytest.fixture
def mailbox(aws: Simulator) -> Mailbox:
    return Mailbox(aws)


def dag_of(mailbox: Mailbox, look: Any = None, *, mapped: bool = False) -> DAG:
    tell = page(mailbox.topic, SUBJECT, AWS, KEPT_AS, "guard", look)
    with DAG("tier1", schedule=None, params={"instance_id": INSTANCE}) as dag:
        fields = {"task_id": "downsize", "on_failure_callback": tell, "on_retry_callback": tell}
        if mapped:
            BaseOperator.partial(**fields).expand(doc=["a", "b"])
        else:
            BaseOperator(**fields)
    return dag


def called_back(dag: DAG, kind: str | None, server: dict[str, Any] | None, map_index: int = -1) -> None:
    """The DAG processor is told that a task has ended without a word, as the scheduler tells it."""
    ti = {
        "id": str(uuid.uuid4()),
        "dag_version_id": str(uuid.uuid4()),
        "task_id": "downsize",
        "dag_id": "tier1",
        "run_id": "manual__1",
        "try_number": 1,
        "map_index": map_index,
    }
    request = TaskCallbackRequest.model_validate(
        {
            "filepath": "tier1.py",
            "bundle_name": "dags",
            "bundle_version": None,
            "msg": "no heartbeat",
            "ti": ti,
            "task_callback_type": kind,
            "context_from_server": server,
        }
    )
    bag: Any = type("Bag", (), {"dags": {"tier1": dag}})
    _execute_task_callbacks(bag, request, structlog.get_logger())


def from_server() -> dict[str, Any]:
    run = {
        "dag_id": "tier1",
        "run_id": "manual__1",
        "run_after": NOW,
        "start_date": NOW,
        "run_type": "manual",
        "state": "running",
        "consumed_asset_events": [],
    }
    unknown = (
        "logical_date",
        "data_interval_start",
        "data_interval_end",
        "end_date",
        "conf",
        "partition_key",
    )
    return {"dag_run": run | dict.fromkeys(unknown), "max_tries": 1}


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("kind", ["up_for_retry", "failed", None])
@pytest.mark.parametrize("server", [True, False])
def test_a_heartbeat_that_timed_out(mailbox: Mailbox, kind: str | None, server: bool, mapped: bool) -> None:  # noqa: FBT001
    called_back(
        dag_of(mailbox, mapped=mapped), kind, from_server() if server else None, map_index=int(mapped) - 1
    )
    mail = mailbox.mail()
    assert mail["Subject"] == f"TIER 1: {INSTANCE} of run manual__1 may not be small"
    assert "tier1.downsize failed in run manual__1" in mail["Message"]
    assert "its process was killed" in mail["Message"]


def told(mailbox: Mailbox, look: Any = None, **context: Any) -> dict[str, str]:
    [tell] = page(mailbox.topic, SUBJECT, AWS, KEPT_AS, "guard", look)
    tell(Context(**context))
    return mailbox.mail()


def test_what_the_instance_is_then_is_said(mailbox: Mailbox) -> None:
    assert f"The instance now: {INSTANCE} is big" in told(mailbox, lambda _: f"{INSTANCE} is big")["Message"]


def test_an_instance_that_cannot_be_looked_at_keeps_nobody_from_being_told(mailbox: Mailbox) -> None:
    message = told(mailbox, lambda context: context["params"]["instance_id"])["Message"]
    assert "Cannot read the instance" in message


def test_a_context_with_nothing_in_it(mailbox: Mailbox) -> None:
    assert told(mailbox)["Subject"] == "TIER 1: ? of run ? may not be small"


def test_what_sns_would_refuse_in_a_subject_is_left_out(mailbox: Mailbox) -> None:
    subject = told(mailbox, params={"instance_id": "i-\u00e4\n" + "x" * 200})["Subject"]
    assert len(subject) == LONGEST_SUBJECT
    assert subject.startswith("TIER 1: i-? xxx")


def test_a_topic_in_another_region_is_published_to_in_its_region(aws: Simulator) -> None:
    sns = aws.client("sns", "eu-west-1")
    topic = sns.create_topic(Name="elsewhere")["TopicArn"]
    [tell] = page(topic, SUBJECT, AWS, KEPT_AS, "guard")
    aws.control("DELETE", "calls")
    tell(Context())
    [call] = [it for it in aws.calls() if it["action"] == "Publish"]
    assert (call["region"], call["error"]) == ("eu-west-1", None)


def test_where_there_is_no_topic_nobody_is_called() -> None:
    assert page("", SUBJECT, AWS, KEPT_AS, "guard") == []
