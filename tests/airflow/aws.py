"""The simulated AWS behind a running Airflow: the one instance, its lease, and what people are told."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from embedded.environment import INSTANCE_ID
from tests.airflow.waiting import eventually
from tests.ec2 import automation
from tests.ec2.simulator import BASE, TAGS, WRITES
from tests.endpoint import Endpoint

TOPIC = "arn:aws:sns:us-east-1:123456789012:tier1-alerts"
TRANSITION_SECONDS = 0.3


class Aws(Endpoint):
    """The instance of the runs."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.ec2, self.scheduler, self._sqs = (self.client(it) for it in ("ec2", "scheduler", "sqs"))
        self._mails = self._subscribe()

    def reset(self) -> None:
        """Nothing is wrong, and the instance is as between two runs."""
        self.control("DELETE", "faults")
        self.control("DELETE", "calls")
        self.every_transition_takes(TRANSITION_SECONDS)
        self.resize_by_hand(BASE)
        self.ec2.delete_tags(Resources=[INSTANCE_ID], Tags=[{"Key": key} for key in TAGS.all])
        for name in self.schedules():
            self.scheduler.delete_schedule(Name=name)
        self.mails()

    def describe(self) -> dict[str, Any]:
        answer = self.ec2.describe_instances(InstanceIds=[INSTANCE_ID])
        return answer["Reservations"][0]["Instances"][0]

    def outcome(self) -> tuple[str, str]:
        it = self.describe()
        return it["InstanceType"], it["State"]["Name"]

    def writes(self) -> list[str]:
        """The calls that have changed the instance, dry runs and refusals not counted."""
        return [
            call["action"]
            for call in self.calls()
            if call["action"] in WRITES and not call["dry_run"] and not call["error"]
        ]

    def asked(self, action: str) -> int:
        """How many such calls have arrived, dry runs not counted; the last may still wait for its answer."""
        return sum(call["action"] == action and not call["dry_run"] for call in self.calls())

    def tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.describe().get("Tags", [])}

    def lease_to(self, run_id: str, minutes: float, **more: str) -> None:
        """Write the tags of a lease, as a run that is gone may have left them."""
        expires = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
        tags = {TAGS.run: run_id, TAGS.expires: expires, **more}
        values = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.ec2.create_tags(Resources=[INSTANCE_ID], Tags=values)

    def expire_lease(self) -> None:
        """Let the time pass after which a lease that nobody renews is over."""
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        self.ec2.create_tags(Resources=[INSTANCE_ID], Tags=[{"Key": TAGS.expires, "Value": past}])

    def resize_by_hand(self, instance_type: str) -> None:
        if self.outcome() == (instance_type, "running"):
            return
        eventually(lambda: self.outcome()[1] in {"running", "stopped"})
        self.ec2.stop_instances(InstanceIds=[INSTANCE_ID])
        eventually(lambda: self.outcome()[1] == "stopped")
        self.ec2.modify_instance_attribute(InstanceId=INSTANCE_ID, InstanceType={"Value": instance_type})
        self.ec2.start_instances(InstanceIds=[INSTANCE_ID])
        eventually(lambda: self.outcome() == (instance_type, "running"))

    def schedules(self) -> list[str]:
        return [it["Name"] for it in self.scheduler.list_schedules()["Schedules"]]

    def fires_at(self) -> list[str]:
        """When each armed dead-man switch fires."""
        return [self.scheduler.get_schedule(Name=it)["ScheduleExpression"] for it in self.schedules()]

    def dead_man_switch_fires(self, folder: Path) -> str:
        """What becomes of the automation that the schedule starts at its time."""
        return automation.fire(self, INSTANCE_ID, folder, poll=0.1, attempts=1).status

    def mails(self) -> list[str]:
        """The subjects of what was published since the last call."""
        return [it["Subject"] for it in self.letters()]

    def letters(self) -> list[dict[str, str]]:
        """What was published since the last call: `Subject` and `Message` of each."""
        found: list[dict[str, str]] = []
        ask = {"QueueUrl": self._mails, "MaxNumberOfMessages": 10}
        while messages := self._sqs.receive_message(**ask).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._mails, ReceiptHandle=message["ReceiptHandle"])
        return found

    def _subscribe(self) -> str:
        sns = self.client("sns")
        assert sns.create_topic(Name=TOPIC.rsplit(":", 1)[1])["TopicArn"] == TOPIC
        queue = self._sqs.create_queue(QueueName="mails")["QueueUrl"]
        sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:mails")
        return queue
