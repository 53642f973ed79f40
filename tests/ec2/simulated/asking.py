"""What the tests of the simulator ask of it."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.ec2.simulator import BASE, Simulator

IMAGE = "ami-1e749f67"
STANDARD_QUOTA = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}


def refusal(call: Callable[..., object], **arguments: object) -> dict[str, str]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]


def code(call: Callable[..., object], **arguments: object) -> str:
    return refusal(call, **arguments)["Code"]


def posted(url: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """The answer to what is no call of boto3's."""
    request = urllib.request.Request(url, body, headers or {}, method="POST")  # noqa: S310 - http
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=5)  # noqa: S310
    with error.value as answer:
        return answer.status, answer.read()


def modify(aws: Simulator, instance_id: str, instance_type: str) -> None:
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": instance_type})


def run(aws: Simulator, instance_type: str = BASE, **more: Any) -> str:
    answer = aws.ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, InstanceType=instance_type, **more)
    return answer["Instances"][0]["InstanceId"]


def credit_option(aws: Simulator, it: str) -> str:
    answer = aws.ec2.describe_instance_credit_specifications(InstanceIds=[it])
    [found] = answer["InstanceCreditSpecifications"]
    assert found["InstanceId"] == it
    return found["CpuCredits"]
