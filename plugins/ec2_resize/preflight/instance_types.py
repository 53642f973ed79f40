"""Which instance types exist in the region, and what AWS says about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from ec2_instance.errors import code_of
from ec2_resize.preflight.check import Check
from ec2_resize.preflight.route import ResizeRoute

TYPES_PER_CALL = 100
NO_SUCH_TYPE = {"InvalidInstanceType", "InvalidParameterValue"}

# Instances and types as DescribeInstances and DescribeInstanceTypes word them.
Described = dict[str, Any]


def exist(ec2: Any, instance: Described, known: dict[str, Described], route: ResizeRoute) -> Iterator[Check]:
    """Check that all types of the route exist, and add them and the present type to `known`."""
    known.update(describe_types(ec2, [*route.types, instance["InstanceType"]]))
    missing = [name for name in route.types if name not in known]
    found = f"no {', '.join(missing)}" if missing else ", ".join(route.types)
    what_to_do = "Correct the parameters; not every region has every type."
    yield route.judge("instance types", found, missing, what_to_do)


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
