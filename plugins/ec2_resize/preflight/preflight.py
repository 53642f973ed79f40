"""All checks of an instance, made one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from ec2_instance.clients import Clients
from ec2_instance.errors import NO_SUCH_INSTANCE, NOT_PERMITTED, AwsError, answers, code_of, error_text
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease
from ec2_instance.reading import describe
from ec2_resize.preflight.addresses import Service
from ec2_resize.preflight.check import Check
from ec2_resize.preflight.registry import CHECKS, CHECKS_AS_IT_IS, CONNECTION_CHECKS, Registered
from ec2_resize.preflight.route import ResizeRoute
from ec2_resize.preflight.run_check import run_check
from ec2_resize.preflight.subject import Subject


def preflight(
    aws: Clients,
    instance_id: str,
    base_types: Sequence[str],
    work_types: Sequence[str],
    who: RunIdentity,
    lease: Lease,
    *,
    resizes: bool = True,
    services: Sequence[Service] = (),
    longest: timedelta = timedelta(days=1),
    alert_topic_arn: str = "",
    switch_help: str = "",
) -> list[Check]:
    """Check the route from the base type to a work type and back.

    Args:
        aws: clients of the connection, which names the account and the region.
        instance_id: the instance.
        base_types: the base type, and equivalents that the way back may fall to.
        work_types: the big ones, best first.
        who: the run that asks; the lease of any other stops it.
        lease: the lease that the run is going to write, with its dead-man switch.
        resizes: whether the instance may be resized; else it is used as it is.
        services: what the work needs: a name, and the hosts where it is, names as well as their addresses.
        longest: for how long one task may need the credentials that it has begun with.
        alert_topic_arn: the SNS topic by which a person is told; empty for none.
        switch_help: a sentence that says how to set up the dead-man switch and the alert topic.
    """
    if not base_types or not work_types:
        what_to_do = "Name at least one base type and one work type."
        return [Check("instance types", "failed", "none named", what_to_do)]
    route = ResizeRoute(base_types, work_types)
    subject = Subject(aws, route, who, lease, services, longest, alert_topic_arn, switch_help)
    lines = _run(CONNECTION_CHECKS, subject)
    try:
        with answers():
            instance = describe(aws.connection_ec2, instance_id)
    except AwsError as error:
        return [*lines, _not_found(error, instance_id, aws)]
    checks = CHECKS if resizes else CHECKS_AS_IT_IS
    return [*lines, *_run(checks, replace(subject, instance=instance))]


def _run(checks: Sequence[Registered], subject: Subject) -> list[Check]:
    return [line for name, check in checks for line in run_check(name, partial(check, subject))]


def _not_found(error: Exception, instance_id: str, aws: Clients) -> Check:
    if code_of(error) in NO_SUCH_INSTANCE:
        found = f"no {instance_id} in {aws.region}: {error_text(error)}"
        what_to_do = f"Check the id, and the region and the account of connection '{aws.connection}'."
    elif code_of(error) in NOT_PERMITTED:
        found, what_to_do = "not checked: not permitted", "Allow ec2:DescribeInstances."
    else:
        found = f"not checked: {error_text(error)}"
        what_to_do = f"Check the endpoint and the credentials of connection '{aws.connection}'."
    return Check("instance", "failed", found, what_to_do)
