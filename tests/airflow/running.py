"""What the tests ask of a running Airflow and of the simulated AWS behind it."""

import itertools
import json
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from ec2_resize.holder import EXPIRES, RUN, TAGS
from embedded import postgres
from embedded.airflow_api import FINISHED_RUN, AirflowApi
from embedded.credentials import UI_USER, ui_password
from embedded.environment import INSTANCE_ID, Ports
from embedded.home import Home

TOPIC = "arn:aws:sns:us-east-1:123456789012:tier1-alerts"
DOCUMENT = "tier1-dead-man"
BASE, WORK = "t3.2xlarge", "c7i.8xlarge"
CONF = {"require_approval": False, "start_month": "2024-01", "end_month": "2024-02", "evaluate": False}
_numbers = itertools.count()


class Api(AirflowApi):
    """What people do in the UI, besides."""

    def clear(self, run_id: str, task_id: str) -> None:
        """Runs a task again, and what depends on it, as the dialog does that the UI shows for it."""
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": True,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        self._call("POST", f"{self._dag}/clearTaskInstances", json=body)


class Running:
    """Airflow, its two DAGs, the instance, and what people are told."""

    def __init__(self, home: Home, ports: Ports) -> None:
        password = ui_password(home)
        self.home = home
        self.ec2_url = ports.ec2_url
        self.features = postgres.database_url(home, postgres.FEATURES)
        self.tier1 = Api(ports.ui_url, UI_USER, password)
        self.guard = Api(ports.ui_url, UI_USER, password, "tier1_guard")
        self.ec2, self.scheduler = self.client("ec2"), self.client("scheduler")
        self._sqs = self.client("sqs")
        self._mails = self._subscribe()
        steps = '{"schemaVersion": "0.3", "mainSteps": []}'  # tests/ec2/test_dead_man.py has the real ones
        self.client("ssm").create_document(Name=DOCUMENT, Content=steps, DocumentType="Automation")
        eventually(lambda: self.tier1.is_parsed() and self.guard.is_parsed())

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.ec2_url,
            region_name="us-east-1",
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",  # noqa: S106 - the simulator asks for none
        )

    def reset(self) -> None:
        self.control("DELETE", "faults")
        self.transitions_take(1)
        self.tier1.pause(paused=False)
        for run_id in self.tier1.unfinished_runs():
            self.end(self.tier1, run_id)
        self.ec2.delete_tags(Resources=[INSTANCE_ID], Tags=[{"Key": key} for key in TAGS])
        assert self.outcome() == (BASE, "running")
        self.mails()

    def control(self, method: str, what: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.ec2_url}/_control/{what}", data, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def transitions_take(self, seconds: float) -> None:
        self.control("POST", "timing", {"transition": seconds, "status_checks": seconds})

    def start(self, dag: AirflowApi, conf: dict[str, Any] | None = None) -> str:
        run_id = f"test__{next(_numbers)}"
        dag.trigger(run_id, conf if conf is not None else CONF if dag is self.tier1 else {})
        return run_id

    def end(self, dag: AirflowApi, run_id: str, seconds: float = 180) -> str:
        """The state in which a run ends."""
        eventually(lambda: dag.run_state(run_id) in FINISHED_RUN, seconds)
        return dag.run_state(run_id)

    def states(self, dag: AirflowApi, run_id: str) -> dict[str, str | None]:
        return {task.name: task.state for task in dag.tasks(run_id)}

    def task_becomes(self, run_id: str, task_id: str, *states: str) -> None:
        eventually(lambda: self.states(self.tier1, run_id).get(task_id) in states, 90)

    def describe(self) -> dict[str, Any]:
        answer = self.ec2.describe_instances(InstanceIds=[INSTANCE_ID])
        return answer["Reservations"][0]["Instances"][0]

    def outcome(self) -> tuple[str, str]:
        it = self.describe()
        return it["InstanceType"], it["State"]["Name"]

    def tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.describe().get("Tags", [])}

    def lease_to(self, run_id: str, minutes: float, **more: str) -> None:
        """Write the tags of a lease, as a run that is gone may have left them."""
        expires = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
        tags = {RUN: run_id, EXPIRES: expires, **more}
        values = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.ec2.create_tags(Resources=[INSTANCE_ID], Tags=values)

    def resize_by_hand(self, instance_type: str) -> None:
        self.ec2.stop_instances(InstanceIds=[INSTANCE_ID])
        eventually(lambda: self.outcome()[1] == "stopped")
        self.ec2.modify_instance_attribute(InstanceId=INSTANCE_ID, InstanceType={"Value": instance_type})
        self.ec2.start_instances(InstanceIds=[INSTANCE_ID])
        eventually(lambda: self.outcome() == (instance_type, "running"))

    def schedules(self) -> list[str]:
        return [it["Name"] for it in self.scheduler.list_schedules()["Schedules"]]

    def mails(self) -> list[str]:
        """The subjects of what was published since the last call."""
        found: list[str] = []
        while messages := self._sqs.receive_message(QueueUrl=self._mails, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += [json.loads(message["Body"])["Subject"] for message in messages]
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._mails, ReceiptHandle=message["ReceiptHandle"])
        return found

    def _subscribe(self) -> str:
        sns = self.client("sns")
        assert sns.create_topic(Name=TOPIC.rsplit(":", 1)[1])["TopicArn"] == TOPIC
        queue = self._sqs.create_queue(QueueName="mails")["QueueUrl"]
        sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:mails")
        return queue


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.3)
