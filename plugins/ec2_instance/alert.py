"""Tell a person over SNS that a task has failed, however little is known about the failure."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Context, Variable

from ec2_instance.clients import Clients, ec2_hook

log = logging.getLogger(__name__)

# SNS cuts nothing, it refuses, as it does subjects of more than one line or of more than ASCII:
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LONGEST_SUBJECT, LONGEST_REASON = 100, 20_000
# Airflow has no exception where a heartbeat timed out, or where the process was killed.
NO_EXCEPTION = "The task reported no error: its process was killed, or its heartbeats stopped."

Look = Callable[[Context], object]


@dataclass(frozen=True)
class Page:
    """A message to a person.

    Attributes:
        topic: ARN of the SNS topic.
        subject: one line of at most 100 ASCII characters.
        message: the text.
    """

    topic: str
    subject: str
    message: str

    def send(self, aws_conn_id: str) -> None:
        """Publish the page to its topic, in the topic's region.

        Raises:
            Exception: whatever keeps the page from being sent.
        """
        sns = Clients(ec2_hook(aws_conn_id=aws_conn_id)).sns(self.topic)
        sns.publish(TopicArn=self.topic, Subject=self.subject, Message=self.message)


def page(
    topic_arn: str, subject: str, aws_conn_id: str, kept_as: str, guard: str, look: Look | None = None
) -> list[Callable[[Context], None]]:
    """Make callbacks for `on_failure_callback` and `on_retry_callback`; none where no topic is given.

    A page is kept in a Variable, in Airflow's metadata database, until it is sent: SNS needs the credentials
    that a failing task may have lacked.

    Args:
        topic_arn: the SNS topic; empty for none.
        subject: what happened; `{run_id}` and the run's parameters in braces are filled in.
        aws_conn_id: Airflow's connection to AWS.
        kept_as: what the names of the Variables begin with that keep unsent pages.
        guard: the DAG that calls `send_unsent` from time to time, for messages.
        look: returns the state of the instance, in words.
    """

    def tell(context: Context) -> None:
        written = _write(topic_arn, subject, context)
        # first, as Airflow kills a callback that takes long, such as while AWS does not answer
        kept = _keep(written, kept_as)
        if look:
            state = _state_of_instance(look, context)
            written = replace(written, message=f"{written.message}\n\nThe instance now: {state}")
        try:
            written.send(aws_conn_id)
        except Exception as error:  # noqa: BLE001 - credentials, network, topic: the page must not get lost
            log.warning("Cannot send the page '%s'; %s sends it later: %s", written.subject, guard, error)
            _keep(written, kept_as)
        else:
            if kept:
                Variable.delete(kept)

    return [tell] if topic_arn else []


def send_unsent(aws_conn_id: str, kept_as: str) -> list[str]:
    """Send the pages that could not be sent earlier.

    Args:
        aws_conn_id: Airflow's connection to AWS.
        kept_as: what the names of the Variables begin with that keep unsent pages.

    Returns:
        What still cannot be sent: the Variable and the error of each.
    """
    still = []
    for key in Variable.keys(prefix=kept_as):
        try:
            kept = Page(**json.loads(Variable.get(key)))
            kept.send(aws_conn_id)
            Variable.delete(key)
            log.info("Sent the page '%s'", kept.subject)
        except Exception as error:  # noqa: BLE001 - one that cannot be sent must not hold up the others
            still.append(f"{key}: {error}")
    return still


def _keep(written: Page, kept_as: str) -> str | None:
    """Keep a page until it is sent, the newest of its subject.

    Returns:
        The name of its Variable; None where the page cannot be kept.
    """
    key = kept_as + hashlib.sha256(written.subject.encode()).hexdigest()[:16]
    try:
        Variable.set(key, json.dumps(asdict(written)))
    except Exception as error:  # noqa: BLE001 - the API server may be away: the page is sent all the same
        log.warning("Cannot keep the page '%s' for a later try: %s", written.subject, error)
        return None
    return key


def _write(topic_arn: str, subject: str, context: Context) -> Page:
    """Write a page from what the context holds; Airflow calls back with more or less of a context."""
    ti: Any = context.get("ti")
    dag, task, run = (getattr(ti, name, "?") for name in ("dag_id", "task_id", "run_id"))
    paragraphs = [
        f"{dag}.{task} failed in run {run} ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC):",
        str(context.get("exception") or NO_EXCEPTION)[:LONGEST_REASON],
        f"Its log: {getattr(ti, 'log_url', 'in the Airflow UI')}",
    ]
    known = defaultdict(lambda: "?", {**(context.get("params") or {}), "run_id": run})
    one_line = " ".join(subject.format_map(known).split()).encode("ascii", "replace").decode()
    return Page(topic_arn, one_line[:LONGEST_SUBJECT], "\n\n".join(paragraphs))


def _state_of_instance(look: Look, context: Context) -> str:
    try:
        return str(look(context))
    except Exception as error:  # noqa: BLE001 - the page goes out without the state
        return f"Cannot read the instance ({error}): look at it in the AWS console"
