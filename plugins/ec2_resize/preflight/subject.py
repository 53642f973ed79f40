"""What a check may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ec2_instance.clients import Clients
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease
from ec2_instance.size import Described
from ec2_resize.preflight.addresses import Service
from ec2_resize.preflight.route import ResizeRoute


@dataclass(frozen=True)
class Subject:
    """The instance, its route and the run that asks.

    Attributes:
        aws: its clients.
        route: the types that the run uses.
        who: the run that asks.
        lease: the lease that the run is going to write, with its dead-man switch.
        services: what the work needs.
        longest: for how long one task may need the credentials that it has begun with.
        alert_topic_arn: the SNS topic by which a person is told; empty for none.
        switch_help: how to set up the dead-man switch and the alert topic.
        instance: the instance as DescribeInstances words it; empty for `CONNECTION_CHECKS`.
        known: the types that exist, as DescribeInstanceTypes words them, by name; the check `instance types`
            fills it, and it stays empty where that check could not be made.
    """

    aws: Clients
    route: ResizeRoute
    who: RunIdentity
    lease: Lease
    services: Sequence[Service]
    longest: timedelta
    alert_topic_arn: str
    switch_help: str
    instance: Described = field(default_factory=dict)
    known: dict[str, Described] = field(default_factory=dict)
