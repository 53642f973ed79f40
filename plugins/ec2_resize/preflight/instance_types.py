"""Which instance types exist in the region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ec2_instance.size import Described, describe_types
from ec2_resize.preflight.check import Check
from ec2_resize.preflight.route import ResizeRoute


def exist(ec2: Any, instance: Described, known: dict[str, Described], route: ResizeRoute) -> Iterator[Check]:
    """Check that all types of the route exist, and add them and the present type to `known`."""
    known.update(describe_types(ec2, [*route.types, instance["InstanceType"]]))
    missing = [name for name in route.types if name not in known]
    found = f"no {', '.join(missing)}" if missing else ", ".join(route.types)
    what_to_do = "Correct the parameters; not every region has every type."
    yield route.judge("instance types", found, missing, what_to_do)
