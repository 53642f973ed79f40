"""What EC2 refuses and moto lets pass: one small rule each, codes and messages as AWS words them.

Where a rule comes from:
* codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
* an incompatible type: https://github.com/pulumi/pulumi/issues/16758
* stopping what never ran: https://github.com/cloud-custodian/cloud-custodian/pull/6014
* a type that the zone does not have: https://github.com/fedora-copr/copr/issues/2840
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES
from moto.ec2.models.instances import Instance

from embedded.ec2.call import Call

INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
# The attributes of ModifyInstanceAttribute that are given as `Name.Value`; a call may change only one.
ATTRIBUTE_VALUE = re.compile(r"[A-Z]\w+\.Value")


class RefusedError(Exception):
    """EC2 answers with an error and does nothing."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def check(call: Call) -> None:
    """Raise `RefusedError` where EC2 would refuse this call.

    A dry run passes: it asks for permission, and says nothing about states.
    """
    for instance_id in call.instance_ids:
        if not INSTANCE_ID.fullmatch(instance_id):
            raise RefusedError("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
    if call.action in RULES and not call.dry_run:
        RULES[call.action](call)


def instances(call: Call) -> Iterator[Instance]:
    """The existing instances that a call names; moto itself answers for those that do not exist."""
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][call.region]
    found = (backend.get_instance_by_id(instance_id) for instance_id in call.instance_ids)
    return (instance for instance in found if instance)


def _run(call: Call) -> None:
    wanted = call.params.get("InstanceType")
    if wanted and wanted not in INSTANCE_TYPES:
        raise RefusedError("InvalidParameterValue", f"Invalid value '{wanted}' for InstanceType.")


def _start(call: Call) -> None:
    for it in instances(call):
        if it.state not in {"stopped", "pending", "running"}:
            text = f"The instance '{it.id}' is not in a state from which it can be started."
            raise RefusedError("IncorrectInstanceState", text)
        if (it.instance_type, it.availability_zone) not in _offered(call.region):
            text = (
                f"Your requested instance type ({it.instance_type}) is not supported in your requested "
                f"Availability Zone ({it.availability_zone})."
            )
            raise RefusedError("Unsupported", text)


def _stop(call: Call) -> None:
    for it in instances(call):
        if it.state in {"shutting-down", "terminated"}:
            text = f"This instance '{it.id}' is not in a state from which it can be stopped."
            raise RefusedError("IncorrectInstanceState", text)
        if it.state == "pending" and not getattr(it, "ever_ran", True):
            text = f"Instance '{it.id}' cannot be stopped as it has never reached the 'running' state."
            raise RefusedError("IncorrectInstanceState", text)


def _modify(call: Call) -> None:
    if len([key for key in call.params if ATTRIBUTE_VALUE.fullmatch(key)]) > 1:
        text = "Fields for multiple attribute types specified"
        raise RefusedError("InvalidParameterCombination", text)
    wanted = call.params.get("InstanceType.Value")
    if wanted is None:
        return
    for it in instances(call):
        if it.state != "stopped":
            text = f"The instance '{it.id}' is not in the 'stopped' state."
            raise RefusedError("IncorrectInstanceState", text)
        if wanted not in INSTANCE_TYPES:
            text = f"Invalid value '{wanted}' for InstanceType."
            raise RefusedError("InvalidInstanceAttributeValue", text)
        if it.architecture not in _architectures(wanted):
            text = f"Modifying the instance type from {it.instance_type} to {wanted} is not allowed."
            raise RefusedError("InvalidInstanceAttributeValue", text)


RULES: dict[str, Callable[[Call], None]] = {
    "RunInstances": _run,
    "StartInstances": _start,
    "StopInstances": _stop,
    "ModifyInstanceAttribute": _modify,
}


def _architectures(instance_type: str) -> list[str]:
    return INSTANCE_TYPES[instance_type]["ProcessorInfo"]["SupportedArchitectures"]


@cache
def _offered(region: str) -> frozenset[tuple[str, str]]:
    offerings = INSTANCE_TYPE_OFFERINGS["availability-zone"][region]
    return frozenset((offering["InstanceType"], offering["Location"]) for offering in offerings)
