"""What acts, and who is told, where a run ends badly or Airflow is down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from botocore.exceptions import ClientError

from ec2_instance.clients import Clients
from ec2_instance.dead_man import DeadManSwitch
from ec2_instance.errors import NOT_PERMITTED, code_of, error_text
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.permissions import PERMITTED

TOPIC = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d+:[\w-]+(?P<fifo>\.fifo)?")
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
KEY_OF_AWS = "alias/aws/sns"


def dead_man_switch(aws: Clients, switch: DeadManSwitch | None, switch_help: str) -> Iterator[Check]:
    """Check that AWS itself would make the instance small."""
    name = "dead-man switch"
    if switch is None:
        what_to_do = f"While Airflow is down, nothing makes the instance small. {switch_help}".strip()
        yield Check(name, "warning", "not set up", what_to_do)
        return
    what_to_do = f"There is no such document: deploy its stack, or run without the switch. {switch_help}"
    deployed = switch.is_deployed(aws.brief("ssm"))
    yield judge(name, switch.document, what_to_do.strip(), good=deployed)


def alert_topic(aws: Clients, arn: str, switch_help: str) -> Iterator[Check]:
    """Check that there is a topic that can be published to, and that it has subscribers."""
    name = "alert topic"
    if not arn:
        what_to_do = f"Nobody is told when a run leaves the instance big: name an SNS topic. {switch_help}"
        yield Check(name, "warning", "none", what_to_do.strip())
    elif objection := _objection(arn):
        yield Check(name, "failed", arn, f"{objection} {switch_help}".strip())
    elif (attributes := _attributes(aws, arn)) is None:
        what_to_do = f"Create the topic, or name another one. {switch_help}"
        yield Check(name, "failed", f"no {arn}", what_to_do.strip())
    else:
        yield _subscribers(attributes, arn)


def may_publish(aws: Clients, arn: str) -> Iterator[Check]:
    """Check that SNS would take an alert.

    SNS has no dry run. An empty message is delivered to nobody: AWS refuses it, but only after it has checked
    that the caller may publish at all.
    """
    if not arn or _objection(arn):
        return
    name = "may Publish"
    try:
        aws.sns(arn).publish(TopicArn=arn, Message="")
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
                found = f"not checked: {error_text(error)}"
                yield Check(name, "warning", found, f"Publish a message to {arn} by hand.")
    else:
        what_to_do = "The subscribers have got an empty message. Check that the endpoint is AWS itself."
        yield Check(name, "warning", "the endpoint takes empty messages", what_to_do)


def _objection(arn: str) -> str:
    """Return what is wrong with the topic by its ARN alone; empty where nothing is."""
    found = TOPIC.fullmatch(arn)
    if not found:
        return "This is not the ARN of an SNS topic: correct the setting."
    if found["fifo"]:
        return "A FIFO topic takes no messages without a group: use a standard topic."
    return ""


def _attributes(aws: Clients, arn: str) -> dict[str, str] | None:
    try:
        return aws.sns(arn).get_topic_attributes(TopicArn=arn)["Attributes"]
    except ClientError as error:
        if code_of(error) != "NotFound":
            raise
        return None


def _subscribers(attributes: dict[str, str], arn: str) -> Check:
    name = "alert topic"
    confirmed, key = int(attributes["SubscriptionsConfirmed"]), attributes.get("KmsMasterKeyId")
    if not confirmed:
        what_to_do = "Nobody is told: subscribe, and confirm by the link in the e-mail that SNS sends."
        return Check(name, "warning", f"{arn}: no confirmed subscription", what_to_do)
    found = f"{arn}, {confirmed} subscription{'s' if confirmed > 1 else ''}"
    if not key:
        return Check(name, "ok", found)
    what_to_do = (
        "EventBridge may not use AWS's own key, so that nobody is told when the dead-man switch fails: "
        "encrypt the topic with a key of your own."
        if key == KEY_OF_AWS
        else "Allow kms:GenerateDataKey* and kms:Decrypt on this key to all that publish: "
        "Airflow's identity, and EventBridge for the dead-man switch."
    )
    return Check(name, "warning", f"{found}, encrypted with {key}", what_to_do)
