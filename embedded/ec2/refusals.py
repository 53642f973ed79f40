"""What EC2 refuses and moto lets pass: one small rule each, codes and messages as AWS words them.

Where a rule comes from:
* codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
* an incompatible type: https://github.com/pulumi/pulumi/issues/16758
* stopping what never ran: https://github.com/cloud-custodian/cloud-custodian/pull/6014
* a type that the zone does not have: https://github.com/fedora-copr/copr/issues/2840
* stop protection: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
* too many vCPUs: https://repost.aws/knowledge-center/ec2-on-demand-instance-vcpu-increase
* a reservation for another type: https://github.com/hashicorp/terraform-provider-aws/pull/35745
* a type that a product does not list: https://github.com/ansible/workshops/pull/1890
* a type that may not be in a placement group:
  https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-instancelaunchfailure.html
* what SNS does not publish: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from embedded.ec2.call import Call
from embedded.ec2.marketplace import Products
from embedded.ec2.named import instances
from embedded.ec2.options import PlacementGroups
from embedded.ec2.quotas import OnDemandStandard

INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
# The attributes of ModifyInstanceAttribute that are given as `Name.Value`; a call may change only one.
ATTRIBUTE_VALUE = re.compile(r"[A-Z]\w+\.Value")
DEFAULT_TYPE = "m1.small"  # what RunInstances runs where it is not told


class RefusedError(Exception):
    """EC2 answers with an error and does nothing."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def check(call: Call) -> None:
    """Raise `RefusedError` where AWS would refuse this call.

    A dry run asks for permission, and says nothing about states: "yes" comes as an error, too. moto carries
    half of the actions out in spite of it.
    """
    if call.service == "sns" and call.action == "Publish":
        _publish(call)
    if call.service != "ec2":
        return
    for instance_id in call.instance_ids:
        if not INSTANCE_ID.fullmatch(instance_id):
            raise RefusedError("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
    if call.dry_run:
        text = "Request would have succeeded, but DryRun flag is set."
        raise RefusedError("DryRunOperation", text, 412)
    if call.action in RULES:
        RULES[call.action](call)


def _run(call: Call) -> None:
    wanted = call.params.get("InstanceType", DEFAULT_TYPE)
    if wanted not in INSTANCE_TYPES:
        raise RefusedError("InvalidParameterValue", f"Invalid value '{wanted}' for InstanceType.")
    if call.params.get("InstanceMarketOptions.MarketType") != "spot":
        _within_quota(call, [wanted] * int(call.params.get("MinCount", 1)))


def _start(call: Call) -> None:
    for instance in instances(call):
        if instance.state not in {"stopped", "pending", "running"}:
            text = f"The instance '{instance.id}' is not in a state from which it can be started."
            raise RefusedError("IncorrectInstanceState", text)
        if (instance.instance_type, instance.availability_zone) not in _offered(call.region):
            text = (
                f"Your requested instance type ({instance.instance_type}) is not supported in your requested "
                f"Availability Zone ({instance.availability_zone})."
            )
            raise RefusedError("Unsupported", text)
        if instance.state == "stopped":
            _starts_as_it_is(instance)
    stopped = [instance for instance in instances(call) if instance.state == "stopped"]
    _within_quota(call, [instance.instance_type for instance in stopped if instance.lifecycle != "spot"])


def _starts_as_it_is(instance: Any) -> None:
    """Check that what the instance was told goes with the type that it has now."""
    now = instance.instance_type
    if instance.reserved_type not in {None, now}:
        text = (
            "The requested reservation does not have sufficient compatible and available capacity "
            "for this request."
        )
        raise RefusedError("ReservationCapacityExceeded", text)
    if not Products.take(instance):
        text = (
            "The instance configuration for this AWS Marketplace product is not supported. Please see the "
            "AWS Marketplace site for more information about supported instance types, regions, and "
            "operating systems."
        )
        raise RefusedError("UnsupportedOperation", text)
    if not PlacementGroups.take(instance.placement.group_name, now):
        text = f"Placement groups may not be used with instances of type '{now}'."
        raise RefusedError("InvalidParameterCombination", text)
    if instance.ebs_optimized and INSTANCE_TYPES[now]["EbsInfo"]["EbsOptimizedSupport"] == "unsupported":
        text = "EBS-optimized instances are not supported for your requested configuration."
        raise RefusedError("Unsupported", text)


def _stop(call: Call) -> None:
    for instance in instances(call):
        if instance.state in {"shutting-down", "terminated"}:
            text = f"This instance '{instance.id}' is not in a state from which it can be stopped."
            raise RefusedError("IncorrectInstanceState", text)
        if instance.state == "pending" and not getattr(instance, "ever_ran", True):
            text = f"Instance '{instance.id}' cannot be stopped as it has never reached the 'running' state."
            raise RefusedError("IncorrectInstanceState", text)
        if instance.disable_api_stop:
            text = (
                f"The instance '{instance.id}' may not be stopped. "
                "Modify its 'disableApiStop' instance attribute and try again."
            )
            raise RefusedError("OperationNotPermitted", text)


def _modify(call: Call) -> None:
    if len([key for key in call.params if ATTRIBUTE_VALUE.fullmatch(key)]) > 1:
        text = "Fields for multiple attribute types specified"
        raise RefusedError("InvalidParameterCombination", text)
    wanted = call.params.get("InstanceType.Value")
    if wanted is None:
        return
    for instance in instances(call):
        if instance.state != "stopped":
            text = f"The instance '{instance.id}' is not in the 'stopped' state."
            raise RefusedError("IncorrectInstanceState", text)
        if wanted not in INSTANCE_TYPES:
            text = f"Invalid value '{wanted}' for InstanceType."
            raise RefusedError("InvalidInstanceAttributeValue", text)
        if instance.architecture not in _architectures(wanted):
            text = f"Modifying the instance type from {instance.instance_type} to {wanted} is not allowed."
            raise RefusedError("InvalidInstanceAttributeValue", text)


def _publish(call: Call) -> None:
    """Refuse what moto would deliver."""
    topic = call.params.get("TopicArn") or call.params.get("TargetArn") or ""
    wrong = {
        "TopicArn": topic and topic.split(":")[3:4] != [call.region],
        "Empty message": not call.params.get("Message"),
        "The MessageGroupId parameter is required for FIFO topics": topic.endswith(".fifo")
        and "MessageGroupId" not in call.params,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise RefusedError("InvalidParameter", f"Invalid parameter: {what}")


RULES: dict[str, Callable[[Call], None]] = {
    "RunInstances": _run,
    "StartInstances": _start,
    "StopInstances": _stop,
    "ModifyInstanceAttribute": _modify,
}


def _within_quota(call: Call, types: list[str]) -> None:
    more = OnDemandStandard.count(types)
    if more and OnDemandStandard.in_use(call.region) + more > OnDemandStandard.vcpus:
        text = (
            f"You have requested more vCPU capacity than your current vCPU limit of {OnDemandStandard.vcpus} "
            "allows for the instance bucket that the specified instance type belongs to. Please visit "
            "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit."
        )
        raise RefusedError("VcpuLimitExceeded", text)


def _architectures(instance_type: str) -> list[str]:
    return INSTANCE_TYPES[instance_type]["ProcessorInfo"]["SupportedArchitectures"]


@cache
def _offered(region: str) -> frozenset[tuple[str, str]]:
    offerings = INSTANCE_TYPE_OFFERINGS["availability-zone"][region]
    return frozenset((offering["InstanceType"], offering["Location"]) for offering in offerings)
