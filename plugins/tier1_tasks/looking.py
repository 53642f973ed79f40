"""What the instance is right now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ec2_instance import clients
from ec2_instance.holder import RunIdentity
from ec2_instance.reading import Instance, read
from tier1_tasks.names import AWS, TAGS


def aws() -> clients.Clients:
    """Return clients of the account and region in which the instance is."""
    return clients.Clients(clients.ec2_hook(aws_conn_id=AWS))


def look(instance_id: str, *, brief: bool = False) -> Instance:
    """Read the instance, however long AWS takes to answer; with `brief`, soon or not at all."""
    return read(aws().brief_ec2 if brief else aws().patient_ec2, instance_id)


def is_leased_by(who: RunIdentity, instance_id: str, *, brief: bool = False) -> bool:
    """Tell whether a run has leased the instance: then it has made it big, or has begun to.

    Raises:
        AwsError: AWS does not answer.
    """
    holder = TAGS.holder_in(look(instance_id, brief=brief).tags)
    return holder is not None and holder.is_run(who)


def in_words(instance: Instance) -> str:
    """Tell what the instance is and who has leased it."""
    return f"{instance}, {TAGS.holder_in(instance.tags) or 'not leased'}"


def tell_instance(context: Mapping[str, Any]) -> str:
    """Tell a person what the run's instance is; nobody waits for it, so AWS has to answer soon."""
    return in_words(read(aws().brief_ec2, context["params"]["instance_id"]))
