"""What the instance is right now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tier1_tasks.names import AWS, TAGS

if TYPE_CHECKING:
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

    from ec2_instance.clients import Clients
    from ec2_instance.reading import Instance


def ec2_hook() -> EC2Hook:
    """The provider's hook, made to give a client."""
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

    return EC2Hook(aws_conn_id=AWS, api_type="client_type")


def clients() -> Clients:
    """The clients of AWS."""
    from ec2_instance.clients import Clients

    return Clients(ec2_hook())


def look(instance_id: str) -> Instance:
    """Read the instance, however long AWS takes to answer."""
    from ec2_instance.reading import read

    return read(clients().patient_ec2, instance_id)


def in_words(instance: Instance) -> str:
    """What the instance is and who has leased it."""
    return f"{instance}, {TAGS.holder_in(instance.tags) or 'not leased'}"


def look_for_page(context: Mapping[str, Any]) -> str:
    """The run's instance in words, for a page that nobody waits for."""
    from ec2_instance.reading import read

    return in_words(read(clients().brief_ec2, context["params"]["instance_id"]))
