"""Looks at the EC2 instance from outside: not through the code that resizes it."""

from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from embedded.errors import EmbeddedError

QUICKLY = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})


@dataclass(frozen=True)
class Look:
    """What the instance is at one moment."""

    type: str
    state: str

    def __str__(self) -> str:
        return f"{self.type}, {self.state}"


class Instance:
    """One EC2 instance, where the AWS_* variables say."""

    def __init__(self, instance_id: str) -> None:
        self._id = instance_id
        self._ec2 = boto3.client("ec2", config=QUICKLY)

    def look(self) -> Look:
        """Ask EC2."""
        try:
            answer = self._ec2.describe_instances(InstanceIds=[self._id])
        except (BotoCoreError, ClientError) as error:
            raise EmbeddedError(f"Cannot read {self._id}: {error}") from error
        instance = answer["Reservations"][0]["Instances"][0]
        return Look(instance["InstanceType"], instance["State"]["Name"])
