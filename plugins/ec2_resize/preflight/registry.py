"""The list of all checks, in the order of the table.

To add a check:
1. Write a function that yields one or more `Check` lines, in the file of its subject or in a new file.
2. Add its name and a call of it to `CHECKS`. Where AWS does not answer, the name is that of a warning.
3. Explain the names of its lines in the runbook. Where it calls AWS, add the permission to the IAM policy,
   and to `PERMISSION_PREFIXES` in `run_check.py`, unless it is EC2's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ec2_resize.preflight import (
    account,
    addresses,
    credentials,
    fit,
    instance_state,
    instance_types,
    lost_on_resize,
    other_users,
    own_host,
    permissions,
    safety_net,
    tied_to_type,
)
from ec2_resize.preflight.check import Check
from ec2_resize.preflight.subject import Subject

Registered = tuple[str, Callable[[Subject], Iterable[Check]]]

# They need no instance, and are made first: where the instance cannot be found, these lines help to see why.
CONNECTION_CHECKS: tuple[Registered, ...] = (
    ("identity", lambda s: account.identity(s.aws)),
    ("credentials", lambda s: credentials.lifetime(s.aws.hook, s.longest)),
)

# Of an instance that is used as it is.
CHECKS_AS_IT_IS: tuple[Registered, ...] = (
    ("state", lambda s: instance_state.up(s.instance)),
    ("lease", lambda s: other_users.lease(s.instance, s.lease.tags, s.who)),
    ("status checks", lambda s: instance_state.health(s.aws.connection_ec2, s.instance)),
    ("schedule", lambda s: other_users.schedule(s.instance)),
)

CHECKS: tuple[Registered, ...] = (
    # the instance by itself
    ("state", lambda s: instance_state.facts(s.instance, s.route)),
    ("Airflow's host", lambda s: own_host.own_host(s.instance)),
    ("operator", lambda s: other_users.operator(s.instance)),
    ("capacity reservation", lambda s: tied_to_type.capacity_reservation(s.instance)),
    ("marketplace", lambda s: tied_to_type.marketplace(s.instance, s.route)),
    ("licenses", lambda s: tied_to_type.licenses(s.instance)),
    ("lease", lambda s: other_users.lease(s.instance, s.lease.tags, s.who)),
    ("stop protection", lambda s: instance_state.stopping(s.aws.connection_ec2, s.instance)),
    ("scaling group", lambda s: other_users.scaling_group(s.aws, s.instance)),
    ("status checks", lambda s: instance_state.health(s.aws.connection_ec2, s.instance)),
    ("public IP", lambda s: addresses.public_ip(s.instance)),
    ("schedule", lambda s: other_users.schedule(s.instance)),
    ("in use", lambda s: other_users.in_use(s.aws, s.instance)),
    # its types; the first check tells the others which of them exist
    ("instance types", lambda s: instance_types.exist(s.aws.connection_ec2, s.instance, s.known, s.route)),
    ("fit", lambda s: fit.fit(s.instance, s.known, s.route)),
    (
        "placement group",
        lambda s: tied_to_type.placement_group(s.aws.connection_ec2, s.instance, s.known, s.route),
    ),
    ("tenancy", lambda s: tied_to_type.tenancy(s.instance, s.known, s.route)),
    ("CPU options", lambda s: lost_on_resize.cpu_options(s.instance, s.known, s.route)),
    ("instance store", lambda s: lost_on_resize.instance_store(s.instance, s.known)),
    ("network options", lambda s: lost_on_resize.network_options(s.instance, s.known, s.route)),
    ("credit option", lambda s: lost_on_resize.credit_option(s.aws.connection_ec2, s.instance, s.known)),
    ("zone", lambda s: account.zone(s.aws.connection_ec2, s.instance, s.route)),
    ("quota", lambda s: account.quota(s.aws, s.instance, s.known, s.route)),
    # what is around it
    ("services", lambda s: addresses.services(s.instance, s.services)),
    ("dead-man switch", lambda s: safety_net.dead_man_switch(s.aws, s.lease.dead_man, s.switch_help)),
    ("alert topic", lambda s: safety_net.alert_topic(s.aws, s.alert_topic_arn, s.switch_help)),
    ("may Publish", lambda s: safety_net.may_publish(s.aws, s.alert_topic_arn)),
    (
        "permissions",
        lambda s: permissions.permissions(s.aws.connection_ec2, s.instance, s.route, s.lease.tags),
    ),
)
