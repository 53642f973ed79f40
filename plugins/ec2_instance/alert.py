"""Telling a person, whatever has failed and however little is known about it."""

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

log = logging.getLogger(__name__)

# SNS cuts nothing, it refuses, as it does subjects of more than one line or of more than ASCII:
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LONGEST_SUBJECT, LONGEST_REASON = 100, 20_000
# Airflow has no exception where a heartbeat timed out, or where the process was killed.
NO_EXCEPTION = "Nothing was said: its process was killed, or Airflow has heard nothing of it for too long."

Look = Callable[[Context], object]


@dataclass(frozen=True)
class Page:
    """What a person is told, and where."""

    topic: str
    subject: str
    message: str

    def send(self, aws_conn_id: str) -> None:
        """Publish it to its topic, in the topic's region.

        Raises:
            Exception: whatever keeps it from being sent.
        """
        from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

        from ec2_instance.clients import Clients

        region = self.topic.split(":")[3]
        sns = Clients(EC2Hook(aws_conn_id=aws_conn_id, api_type="client_type")).sns(region)
        sns.publish(TopicArn=self.topic, Subject=self.subject, Message=self.message)


def page(
    topic_arn: str, subject: str, aws_conn_id: str, kept_as: str, guard: str, look: Look | None = None
) -> list[Callable[[Context], None]]:
    """Callbacks for `on_failure_callback` and `on_retry_callback`; none where no topic is given.

    Args:
        topic_arn: the SNS topic.
        subject: what happened; `{run_id}` and the run's parameters in braces are filled in.
        aws_conn_id: Airflow's connection to AWS.
        kept_as: what the names of the Variables begin with that keep unsent pages.
        guard: the DAG that sends these later.
        look: says what the instance is at that moment.
    """

    def tell(context: Context) -> None:
        told = _page(topic_arn, subject, context)
        kept = _keep(
            told, kept_as
        )  # first, as Airflow kills a callback that takes long, such as while AWS is silent
        if look:
            told = replace(told, message=f"{told.message}\n\nThe instance now: {_seen(look, context)}")
        try:
            told.send(aws_conn_id)
        except Exception as error:  # noqa: BLE001 - credentials, network, topic: it must not get lost
            log.warning("A person could not be told (%s); %s tries again: %s", error, guard, told.subject)
            _keep(told, kept_as)
        else:
            if kept:
                Variable.delete(kept)

    return [tell] if topic_arn else []


def _keep(told: Page, kept_as: str) -> str | None:
    """Keep a page until it is sent, the newest of its subject; returns its key, None where it cannot be."""
    key = kept_as + hashlib.sha256(told.subject.encode()).hexdigest()[:16]
    try:
        Variable.set(key, json.dumps(asdict(told)))
    except Exception as error:  # noqa: BLE001 - the API server may be away: it is sent all the same
        log.warning("A page cannot be kept for later (%s): %s", error, told.subject)
        return None
    return key


def send_unsent(aws_conn_id: str, kept_as: str) -> list[str]:
    """Send what could not be sent earlier; returns what still cannot be, in words."""
    still = []
    for key in Variable.keys(prefix=kept_as):
        try:
            told = Page(**json.loads(Variable.get(key)))
            told.send(aws_conn_id)
            Variable.delete(key)
            log.info("Sent: %s", told.subject)
        except Exception as error:  # noqa: BLE001 - one that cannot be sent must not hold up the others
            still.append(f"{key}: {error}")
    return still


def _page(topic_arn: str, subject: str, context: Context) -> Page:
    """From whatever the context holds: Airflow calls back with more or less of it."""
    ti: Any = context.get("ti")
    dag, task, run = (getattr(ti, name, "?") for name in ("dag_id", "task_id", "run_id"))
    lines = [
        f"{dag}.{task} failed in run {run} ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC):",
        str(context.get("exception") or NO_EXCEPTION)[:LONGEST_REASON],
        f"Its log: {getattr(ti, 'log_url', 'in the Airflow UI')}",
    ]
    known = defaultdict(lambda: "?", {**(context.get("params") or {}), "run_id": run})
    plain = " ".join(subject.format_map(known).split()).encode("ascii", "replace").decode()
    return Page(topic_arn, plain[:LONGEST_SUBJECT], "\n\n".join(lines))


def _seen(look: Look, context: Context) -> str:
    try:
        return str(look(context))
    except Exception as error:  # noqa: BLE001 - the page goes out without it
        return f"it could not be looked at ({error}); look at it in the console"
