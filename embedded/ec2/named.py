"""The instances of moto that a call names."""

from collections.abc import Iterator

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance

from embedded.ec2.call import Call


def all_instances(region: str) -> Iterator[Instance]:
    """Return every instance of a region, terminated ones too."""
    reservations = ec2_backends[DEFAULT_ACCOUNT_ID][region].reservations
    # moto's own all_instances() copies each reservation, which takes longer than all else here
    return (instance for reservation in reservations.copy().values() for instance in reservation.instances)


def instances(call: Call) -> Iterator[Instance]:
    """Return the existing instances that a call names; moto itself answers for those that do not exist."""
    wanted = set(call.instance_ids)
    candidates = all_instances(call.region) if wanted else ()
    return (instance for instance in candidates if instance.id in wanted)


def instance_types(call: Call) -> set[str]:
    """Return the instance types that a call concerns: the one asked for, else those of its instances."""
    if call.instance_type:
        return {call.instance_type}
    return {instance.instance_type for instance in instances(call)}
