"""Does the way up exist, and the way back? Answered before anything is stopped.

Reads and dry runs only. Every check gives a line of its own, so that one run shows everything that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook
from airflow.providers.amazon.aws.hooks.sts import StsHook

from ec2_resize.errors import NO_SUCH_INSTANCE, NOT_PERMITTED, AwsError, code_of
from ec2_resize.instance import describe

Result = Literal["ok", "warning", "failed"]
DRY_RUN_IGNORED = "the endpoint ignores DryRun"


@dataclass(frozen=True)
class Check:
    """One line of the preflight."""

    name: str
    result: Result
    found: str
    what_to_do: str = ""


def preflight(hook: EC2Hook, instance_id: str, base_type: str, work_type: str) -> list[Check]:
    """Check the way from base to work type and back. `hook` is an EC2Hook with `api_type="client_type"`."""
    ec2, types = hook.conn, [base_type, work_type]
    checks = [
        _asking("identity", "sts:GetCallerIdentity", lambda: _identity(hook)),
        _asking("instance types", "ec2:DescribeInstanceTypes", lambda: _types(ec2, types)),
    ]
    try:
        instance = describe(ec2, instance_id)
    except AwsError as error:
        return [*checks, _not_found(error, hook, instance_id)]
    return [
        *checks,
        *_instance(instance, types),
        _asking("zone", "ec2:DescribeInstanceTypeOfferings", lambda: _zone(ec2, instance, types)),
        *_permissions(ec2, instance, types),
    ]


def table(checks: list[Check]) -> str:
    """The checks as text for a log, one per line."""
    rows = [("check", "result", "found", "what to do")]
    rows += [(check.name, check.result, check.found, check.what_to_do) for check in checks]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )


def _asking(name: str, permission: str, check: Callable[[], Check]) -> Check:
    """Run a check; where AWS does not answer it, that is a warning, and says what is missing."""
    try:
        return check()
    except AwsError as error:
        if code_of(error) in NOT_PERMITTED:
            return Check(name, "warning", "not checked: not permitted", f"Allow {permission}.")
        return Check(name, "warning", f"not checked: {error}", f"Check by hand what {permission} would say.")


def _identity(hook: EC2Hook) -> Check:
    region = hook.conn_region_name
    sts: Any = StsHook(aws_conn_id=hook.aws_conn_id, region_name=region, verify=hook.verify).conn
    who = sts.get_caller_identity()
    return Check("identity", "ok", f"{who['Arn']} in account {who['Account']}, {region}")


def _not_found(error: Exception, hook: EC2Hook, instance_id: str) -> Check:
    if code_of(error) in NO_SUCH_INSTANCE:
        to_do = f"Check the id, and the region and the account of connection '{hook.aws_conn_id}'."
        return Check("instance", "failed", f"no {instance_id} in {hook.conn_region_name}: {error}", to_do)
    if code_of(error) in NOT_PERMITTED:
        return Check("instance", "failed", "not checked: not permitted", "Allow ec2:DescribeInstances.")
    return Check("instance", "failed", f"not checked: {error}", "Check that the endpoint answers.")


def _instance(instance: dict[str, Any], types: list[str]) -> Iterator[Check]:
    """What DescribeInstances alone can tell."""
    state = instance["State"]["Name"]
    yield _judge(
        "state",
        state,
        "Wait until it is running or stopped; if it is terminated, name another.",
        good=state in {"running", "stopped"},
    )
    now = instance["InstanceType"]
    yield _judge(
        "present type",
        now,
        f"Neither {' nor '.join(types)}: correct the parameters, or resize it by hand.",
        good=now in types,
    )
    root = instance.get("RootDeviceType", "unknown")
    yield _judge("root volume", root, "An instance store is lost when it stops; use EBS.", good=root == "ebs")
    lifecycle = instance.get("InstanceLifecycle", "on-demand")
    yield _judge("lifecycle", lifecycle, "Use an on-demand instance.", good=lifecycle != "spot")


def _types(ec2: Any, types: list[str]) -> Check:
    try:
        found = ec2.describe_instance_types(InstanceTypes=types)["InstanceTypes"]
    except AwsError as error:
        if code_of(error) not in {"InvalidInstanceType", "InvalidParameterValue"}:
            raise
        return Check("instance types", "failed", str(error), "Correct the parameters.")
    architectures = {it["InstanceType"]: set(it["ProcessorInfo"]["SupportedArchitectures"]) for it in found}
    shared = set.intersection(*architectures.values()) if set(types) == set(architectures) else set()
    return _judge(
        "instance types",
        ", ".join(f"{name}: {' '.join(sorted(of))}" for name, of in architectures.items()) or "none",
        "Choose two types of the same architecture.",
        good=bool(shared),
    )


def _zone(ec2: Any, instance: dict[str, Any], types: list[str]) -> Check:
    zone = instance["Placement"]["AvailabilityZone"]
    answer = ec2.describe_instance_type_offerings(
        LocationType="availability-zone",
        Filters=[{"Name": "location", "Values": [zone]}, {"Name": "instance-type", "Values": types}],
    )
    offered = {it["InstanceType"] for it in answer["InstanceTypeOfferings"]}
    return _judge(
        "zone",
        f"{zone} has {', '.join(sorted(offered)) or 'neither'}",
        "Choose types that the zone has, or move the instance to another zone.",
        good=offered >= set(types),
    )


def _permissions(ec2: Any, instance: dict[str, Any], types: list[str]) -> Iterator[Check]:
    """Ask by dry run, which EC2 answers from the policies alone; a policy may allow some types only.

    First comes the call that would change nothing if it were carried out: an endpoint that does not know
    DryRun is found out by it, and asked no further.
    """
    it = instance["InstanceId"]
    start = ("StartInstances", lambda: ec2.start_instances(InstanceIds=[it], DryRun=True))
    stop = ("StopInstances", lambda: ec2.stop_instances(InstanceIds=[it], DryRun=True))
    modify = [(f"ModifyInstanceAttribute to {new}", partial(_dry_modify, ec2, it, new)) for new in types]
    stopped = instance["State"]["Name"] == "stopped"
    for action, dry_run in [stop, start, *modify] if stopped else [start, stop, *modify]:
        check = _may(action, dry_run)
        yield check
        if check.found == DRY_RUN_IGNORED:
            return


def _dry_modify(ec2: Any, instance_id: str, instance_type: str) -> None:
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": instance_type}, DryRun=True)


def _may(action: str, dry_run: Callable[[], object]) -> Check:
    name, permission = f"may {action}", f"ec2:{action.split(maxsplit=1)[0]}"
    try:
        dry_run()
    except AwsError as error:
        match code_of(error):
            # An endpoint that looks at the state in spite of the dry run has looked at the permission before.
            case "DryRunOperation" | "IncorrectInstanceState":
                return Check(name, "ok", "permitted")
            case code if code in NOT_PERMITTED:
                return Check(name, "failed", "not permitted", f"Allow {permission} on this instance.")
            case _:
                return Check(name, "warning", f"not checked: {error}", f"Check that {permission} is allowed.")
    return Check(name, "warning", DRY_RUN_IGNORED, "No permission could be checked; is this really AWS?")


def _judge(name: str, found: str, what_to_do: str, *, good: bool) -> Check:
    return Check(name, "ok", found) if good else Check(name, "failed", found, what_to_do)
