"""What AWS says about instance types: how many vCPUs one has, how much memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from ec2_instance.errors import answers, code_of

TYPES_PER_CALL = 100
NO_SUCH_TYPE = {"InvalidInstanceType", "InvalidParameterValue"}

# Instances and types as DescribeInstances and DescribeInstanceTypes word them.
Described = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How big a type is.

    Attributes:
        vcpus: what an instance has that sets no CPU options.
        memory_mib: the memory; its system keeps some of it to itself.
    """

    vcpus: int
    memory_mib: int


def size_of(ec2: Any, instance_type: str) -> Size:
    """Return the size of a type.

    Raises:
        AwsError: AWS does not answer, or not with the description of this type.
    """
    with answers():
        described = describe_types(ec2, [instance_type])[instance_type]
        return Size(described["VCpuInfo"]["DefaultVCpus"], described["MemoryInfo"]["SizeInMiB"])


def chosen_vcpus(instance: Described) -> int | None:
    """Return how many vCPUs the CPU options of an instance make; None where AWS does not tell."""
    options = instance.get("CpuOptions")
    return options["CoreCount"] * options["ThreadsPerCore"] if options else None


def describe_types(ec2: Any, types: Iterable[str]) -> dict[str, Described]:
    """Return the types that exist, by name.

    They are asked for by a filter, as in a list of names one that does not exist would hide all others. What
    is not found then is asked for by name, as an endpoint that is not AWS itself may not know the filter.
    """
    names, found = sorted(set(types)), {}
    for start in range(0, len(names), TYPES_PER_CALL):
        wanted = {"Name": "instance-type", "Values": names[start : start + TYPES_PER_CALL]}
        for page in ec2.get_paginator("describe_instance_types").paginate(Filters=[wanted]):
            found |= {described["InstanceType"]: described for described in page["InstanceTypes"]}
    for name in names:
        if name not in found and (described := _by_name(ec2, name)):
            found[name] = described
    return found


def _by_name(ec2: Any, name: str) -> Described | None:
    try:
        answer = ec2.describe_instance_types(InstanceTypes=[name])["InstanceTypes"]
    except ClientError as error:
        if code_of(error) in NO_SUCH_TYPE:
            return None
        raise
    return next((described for described in answer if described["InstanceType"] == name), None)
