"""What the instance is right now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ec2_instance import clients
from ec2_instance.reading import Instance, read
from tier1_tasks.names import AWS, TAGS


def aws() -> clients.Clients:
    """Return clients of the account and region in which the instance is."""
    return clients.Clients(clients.ec2_hook(aws_conn_id=AWS))


def look(instance_id: str) -> Instance:
    """Read the instance, however long AWS takes to answer."""
    return read(aws().patient_ec2, instance_id)


def in_words(instance: Instance) -> str:
    """Tell what the instance is and who has leased it."""
    return f"{instance}, {TAGS.holder_in(instance.tags) or 'not leased'}"


def tell_instance(context: Mapping[str, Any]) -> str:
    """Tell a person what the run's instance is; nobody waits for it, so AWS has to answer soon."""
    return in_words(read(aws().brief_ec2, context["params"]["instance_id"]))
