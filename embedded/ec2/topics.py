"""Who listens to an SNS topic; moto says of each that nobody does.

https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
"""

from typing import Any

from moto.sns.models import Topic

WAIT_FOR_A_PERSON = {"email", "email-json", "http", "https"}  # who got a link that nobody has followed yet


def _listeners(topic: Any, *, waiting: bool) -> int:
    subscriptions = topic.sns_backend.subscriptions.values()
    return sum(
        subscription.topic is topic and (subscription.protocol in WAIT_FOR_A_PERSON) == waiting
        for subscription in subscriptions
    )


def install() -> None:
    """Count them."""
    for name, waiting in (("subscriptions_confimed", False), ("subscriptions_pending", True)):
        counted = property(
            lambda topic, waiting=waiting: _listeners(topic, waiting=waiting),
            lambda *_: None,  # moto sets it to 0
        )
        setattr(Topic, name, counted)
