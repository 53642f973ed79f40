"""What SNS refuses to publish."""

import pytest

from tests.ec2.simulated.asking import code, refusal
from tests.ec2.simulator import Simulator


@pytest.fixture
def topic(aws: Simulator) -> str:
    return aws.client("sns").create_topic(Name="simulated")["TopicArn"]


def test_an_empty_message_is_refused_and_delivered_to_nobody(aws: Simulator, topic: str) -> None:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    queue = sqs.create_queue(QueueName="simulated")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:simulated")
    found = refusal(sns.publish, TopicArn=topic, Message="")
    assert (found["Code"], found["Message"]) == ("InvalidParameter", "Invalid parameter: Empty message")
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    sns.publish(TopicArn=topic, Message="hello")
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_who_may_not_publish_hears_of_that_first(aws: Simulator, topic: str) -> None:
    aws.fail("Publish", error="AuthorizationError", status=403)
    assert code(aws.client("sns").publish, TopicArn=topic, Message="") == "AuthorizationError"


def test_a_topic_of_another_region_is_refused(aws: Simulator, topic: str) -> None:
    elsewhere = topic.replace("us-east-1", "eu-west-1")
    assert code(aws.client("sns").publish, TargetArn=elsewhere, Message="hello") == "InvalidParameter"


def test_a_fifo_topic_wants_a_group(aws: Simulator) -> None:
    sns, attributes = aws.client("sns"), {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    fifo = sns.create_topic(Name="simulated.fifo", Attributes=attributes)["TopicArn"]
    assert code(sns.publish, TopicArn=fifo, Message="hello") == "InvalidParameter"
    assert sns.publish(TopicArn=fifo, Message="hello", MessageGroupId="1")["MessageId"]


def test_an_e_mail_waits_for_its_reader(aws: Simulator) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name="listeners")["TopicArn"]

    def listeners() -> tuple[str, str]:
        found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        return found["SubscriptionsConfirmed"], found["SubscriptionsPending"]

    assert listeners() == ("0", "0")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="you@example.com")
    assert listeners() == ("0", "1")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:listeners")
    assert listeners() == ("1", "1")
