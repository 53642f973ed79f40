"""Whether a person hears of a run that ends badly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from ec2_instance.errors import NOT_PERMITTED, code_of, error_text
from ec2_resize.preflight.asking import Aws, reason
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.permissions import PERMITTED

TOPIC = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d+:[\w-]+(?P<fifo>\.fifo)?")
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
KEY_OF_AWS = "alias/aws/sns"


def alert_topic(aws: Aws, arn: str) -> Iterator[Check]:
    """Whether there is a topic that can be published to, and whether somebody listens."""
    if not arn:
        what_to_do = "Nobody is told when a run leaves the instance big: set TIER1_ALERT_TOPIC_ARN."
        yield Check("alert topic", "warning", "none", what_to_do)
    elif objection := _objection(arn):
        yield Check("alert topic", "failed", arn, objection)
    else:
        yield _listeners(_sns(aws, arn), arn)


def may_publish(aws: Aws, arn: str) -> Iterator[Check]:
    """Whether an alert would be taken.

    SNS has no dry run. An empty message is delivered to nobody: AWS refuses it, after it has looked whether
    the caller may publish at all.
    """
    if not arn or _objection(arn):
        return
    name = "may Publish"
    try:
        _sns(aws, arn).publish(TopicArn=arn, Message="")
    except ClientError as error:
        match code_of(error):
            case "InvalidParameter" if "Empty message" in str(error):
                yield Check(name, "ok", PERMITTED)
            case "NotFound":
                pass  # the topic has a line of its own
            case code if code in NOT_PERMITTED:
                yield Check(name, "failed", "not permitted", f"Allow sns:Publish on {arn}.")
            case code if code.startswith("KMS"):
                what_to_do = "Allow kms:GenerateDataKey* and kms:Decrypt on the topic's key."
                yield Check(name, "failed", error_text(error), what_to_do)
            case _:
                yield Check(name, "warning", f"not checked: {reason(error)}", "Publish a message by hand.")
    else:
        what_to_do = "Whoever listens has got an empty message; is this really AWS?"
        yield Check(name, "warning", "the endpoint takes empty messages", what_to_do)


def _sns(aws: Aws, arn: str) -> Any:
    """SNS publishes within a region only; alerts go to the topic's."""
    return aws.client("sns", arn.split(":")[3])


def _objection(arn: str) -> str:
    """What is wrong with the topic by its name alone; nothing where it is empty."""
    found = TOPIC.fullmatch(arn)
    if not found:
        return "This is not the ARN of an SNS topic: correct TIER1_ALERT_TOPIC_ARN."
    if found["fifo"]:
        return "A FIFO topic takes no messages without a group: use a standard topic."
    return ""


def _listeners(sns: Any, arn: str) -> Check:
    try:
        attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    except ClientError as error:
        if code_of(error) != "NotFound":
            raise
        return Check("alert topic", "failed", f"no {arn}", "Deploy it (deploy/README.md), or name another.")
    confirmed, key = int(attributes["SubscriptionsConfirmed"]), attributes.get("KmsMasterKeyId")
    if not confirmed:
        what_to_do = "Nobody is told: subscribe, and confirm by the link in the e-mail that SNS sends."
        return Check("alert topic", "warning", f"{arn}: no confirmed subscription", what_to_do)
    found = f"{arn}, {confirmed} subscription{'s' if confirmed > 1 else ''}"
    what_to_do = (
        "EventBridge may not use this key, so that nobody hears of the dead-man switch: use one of your own."
        if key == KEY_OF_AWS
        else "Whoever publishes also needs kms:GenerateDataKey* and kms:Decrypt on this key: "
        "Airflow's identity, and EventBridge for the dead-man switch."
    )
    encrypted = f"{found}, encrypted with {key}" if key else found
    return judge("alert topic", encrypted, what_to_do, good=not key, otherwise="warning")
