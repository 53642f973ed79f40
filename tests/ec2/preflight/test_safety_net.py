"""What acts, and who is told, where a run ends badly."""

from dataclasses import replace

import pytest

from tests.ec2.preflight.outcome import SWITCH, TOPIC, checks, troubles
from tests.ec2.preflight.proxy import Proxy
from tests.ec2.simulator import Simulator


def test_a_dead_man_switch_that_is_not_set_up_is_a_warning(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, switch=None)
    assert troubles(found) == {"dead-man switch": "warning"}
    assert "deploy/README.md" in found["dead-man switch"].what_to_do


def test_a_dead_man_switch_whose_document_is_gone_is_a_failure(aws: Simulator, instance_id: str) -> None:
    assert troubles(checks(aws, instance_id, switch=replace(SWITCH, document="gone"))) == {
        "dead-man switch": "failed"
    }


def lines(aws: Simulator, instance_id: str, topic: str) -> dict[str, str]:
    return troubles(checks(aws, instance_id, alert_topic_arn=topic))


def test_a_topic_that_is_heard(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id)
    assert found["alert topic"].found == f"{TOPIC}, 1 subscription"
    assert found["may Publish"].found == "permitted"
    queue = aws.client("sqs").get_queue_url(QueueName="alerts")["QueueUrl"]
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=queue)


def test_without_a_topic_nobody_is_told(aws: Simulator, instance_id: str) -> None:
    found = checks(aws, instance_id, alert_topic_arn="")
    assert troubles(found) == {"alert topic": "warning"}
    assert "Nobody is told" in found["alert topic"].what_to_do
    assert "may Publish" not in found


@pytest.mark.parametrize(
    "topic",
    [
        TOPIC + "-gone",
        TOPIC.replace("us-east-1", "eu-west-1"),
        TOPIC + ".fifo",
        "tier1-alerts",
        TOPIC + ":6b0e71bd-7e97-4d97-80ce-4a0994e55286",  # a subscription
    ],
    ids=["gone", "not in its region", "fifo", "no ARN", "subscription"],
)
def test_a_topic_that_nothing_can_be_published_to(aws: Simulator, instance_id: str, topic: str) -> None:
    if topic.endswith(".fifo"):
        aws.client("sns").create_topic(Name=topic.rpartition(":")[2], Attributes={"FifoTopic": "true"})
    assert lines(aws, instance_id, topic) == {"alert topic": "failed"}


def test_a_topic_of_another_region_is_asked_there(aws: Simulator, instance_id: str) -> None:
    sns = aws.client("sns", "eu-west-1")
    topic = sns.create_topic(Name="abroad")["TopicArn"]
    aws.client("sqs", "eu-west-1").create_queue(QueueName="abroad")
    queue = "arn:aws:sqs:eu-west-1:123456789012:abroad"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    assert lines(aws, instance_id, topic) == {}


def test_a_topic_that_nobody_has_subscribed_to(aws: Simulator, instance_id: str) -> None:
    topic = aws.client("sns").create_topic(Name="unheard")["TopicArn"]
    found = checks(aws, instance_id, alert_topic_arn=topic)
    assert troubles(found) == {"alert topic": "warning"}
    assert "no confirmed subscription" in found["alert topic"].found


@pytest.mark.parametrize("key", ["alias/aws/sns", "alias/ours"])
def test_a_topic_whose_key_others_may_not_use(aws: Simulator, instance_id: str, key: str) -> None:
    topic = aws.client("sns").create_topic(Name="encrypted", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key)
    queue = "arn:aws:sqs:us-east-1:123456789012:alerts"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    found = checks(aws, instance_id, alert_topic_arn=topic)
    assert troubles(found) == {"alert topic": "warning"}
    assert key in found["alert topic"].found
    assert ("EventBridge may not" in found["alert topic"].what_to_do) == (key == "alias/aws/sns")


@pytest.mark.parametrize("error", ["AuthorizationError", "KMSAccessDenied", "KMSDisabled"])
def test_a_topic_that_may_not_be_published_to(aws: Simulator, instance_id: str, error: str) -> None:
    aws.fail("Publish", error=error, status=403 if error == "AuthorizationError" else 400)
    assert lines(aws, instance_id, TOPIC) == {"may Publish": "failed"}


def test_an_endpoint_that_takes_an_empty_message(aws: Simulator, instance_id: str, proxy: Proxy) -> None:
    answer = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
    proxy.answers["Publish"] = 200, answer
    assert lines(aws, instance_id, TOPIC) == {"may Publish": "warning"}
