"""Does the way up exist, and the way back? Answered before anything is stopped.

Reads and dry runs only. Every check gives a line of its own, so that one run shows everything that is wrong.
A check that cannot be made is a warning that says why; only without a look at the instance nothing is proven.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

from ec2_instance.errors import NO_SUCH_INSTANCE, NOT_PERMITTED, code_of
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease
from ec2_instance.reading import describe
from ec2_resize.preflight import account, addresses, advice, alerts, bound, credentials, fit, lost
from ec2_resize.preflight import obstacles as instance
from ec2_resize.preflight.addresses import Service
from ec2_resize.preflight.asking import NO_ANSWER, Aws, asking, reason
from ec2_resize.preflight.check import Check, table
from ec2_resize.preflight.fit import Described
from ec2_resize.preflight.permissions import permissions
from ec2_resize.preflight.route import Way

__all__ = ["Check", "preflight", "table"]


def preflight(
    hook: EC2Hook,
    instance_id: str,
    base_types: Sequence[str],
    work_types: Sequence[str],
    who: RunIdentity,
    lease: Lease,
    *,
    services: Sequence[Service] = (),
    longest_hours: float = 24,
    alert_topic_arn: str = "",
) -> list[Check]:
    """Check the way from the base type to a work type and back.

    Args:
        hook: names the connection, and with it the account and the region.
        instance_id: the instance.
        base_types: the base type, and equivalents that the way back may fall to.
        work_types: the big ones, best first.
        who: the run that asks; the lease of any other is in its way.
        lease: how the instance is leased.
        services: what the work needs: a name, and the hosts where it is, names as well as their addresses.
        longest_hours: for how long one task may need the credentials that it has begun with.
        alert_topic_arn: the SNS topic by which a person is told; empty for nobody.
    """
    if not base_types or not work_types:
        what_to_do = "Name at least one base type and one work type."
        return [Check("instance types", "failed", "none named", what_to_do)]
    aws, way = Aws(hook), Way(base_types, work_types)
    checks = asking("identity", partial(account.identity, aws))
    checks += asking("credentials", partial(credentials.lifetime, hook, longest_hours))
    try:
        it = describe(aws.ec2, instance_id)
    except NO_ANSWER as error:
        return [*checks, _not_found(error, instance_id, aws)]
    checks += [*_instance(aws, it, way, who, lease), *_types(aws, it, way)]
    checks += asking("services", partial(addresses.services, it, services))
    checks += asking("dead-man switch", partial(account.dead_man_switch, aws, lease.dead_man))
    checks += asking("alert topic", partial(alerts.alert_topic, aws, alert_topic_arn))
    checks += asking("may Publish", partial(alerts.may_publish, aws, alert_topic_arn))
    return [*checks, *asking("permissions", partial(permissions, aws.ec2, it, way, lease.tags))]


def _not_found(error: Exception, instance_id: str, aws: Aws) -> Check:
    if code_of(error) in NO_SUCH_INSTANCE:
        to_do = f"Check the id, and the region and the account of connection '{aws.connection}'."
        return Check("instance", "failed", f"no {instance_id} in {aws.region}: {error}", to_do)
    if code_of(error) in NOT_PERMITTED:
        return Check("instance", "failed", "not checked: not permitted", "Allow ec2:DescribeInstances.")
    return Check("instance", "failed", f"not checked: {reason(error)}", "Check that the endpoint answers.")


def _instance(aws: Aws, it: Described, way: Way, who: RunIdentity, lease: Lease) -> Iterator[Check]:
    """The instance by itself."""
    yield from asking("state", partial(instance.facts, it, way))
    yield from asking("Airflow's host", partial(addresses.own_host, it))
    yield from asking("operator", partial(bound.operator, it))
    yield from asking("capacity reservation", partial(bound.capacity_reservation, it))
    yield from asking("marketplace", partial(bound.marketplace, it, way))
    yield from asking("licenses", partial(bound.licenses, it))
    yield from asking("lease", partial(instance.lease, it, lease.tags, who))
    yield from asking("stop protection", partial(instance.stopping, aws.ec2, it))
    yield from asking("scaling group", partial(instance.scaling_group, aws, it))
    yield from asking("status checks", partial(instance.health, aws.ec2, it))
    yield from asking("public IP", partial(advice.public_ip, it))
    yield from asking("schedule", partial(advice.schedule, it))
    yield from asking("in use", partial(advice.busy, aws, it))


def _types(aws: Aws, it: Described, way: Way) -> Iterator[Check]:
    """The types that it goes between, and whether the region has room for them."""
    known: dict[str, Described] = {}

    def exist() -> Iterator[Check]:
        known.update(fit.describe_types(aws.ec2, [*way.types, it["InstanceType"]]))
        yield fit.exist(known, way)

    yield from asking("instance types", exist)
    yield from asking("fit", partial(fit.fit, it, known, way))
    yield from asking("placement group", partial(bound.placement_group, aws.ec2, it, known, way))
    yield from asking("tenancy", partial(bound.tenancy, it, known, way))
    yield from asking("CPU options", partial(lost.cpu_options, it, known, way))
    yield from asking("instance store", partial(lost.instance_store, it, known))
    yield from asking("network options", partial(lost.network_options, it, known, way))
    yield from asking("credit option", partial(advice.credit_option, aws.ec2, it, known))
    yield from asking("zone", partial(account.zone, aws.ec2, it, way))
    yield from asking("quota", partial(account.quota, aws, it, known, way))
