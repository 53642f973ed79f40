"""What stands in the way of stopping this instance and of changing its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ec2_instance.holder import RunIdentity, Tags
from ec2_instance.reading import STATUS_CHECKS
from ec2_resize.preflight.asking import Aws
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.route import Way

SCALING_GROUP_TAG = "aws:autoscaling:groupName"


def facts(instance: dict[str, Any], way: Way) -> Iterator[Check]:
    """What DescribeInstances alone can tell."""
    state = instance["State"]["Name"]
    yield judge(
        "state",
        state,
        "Wait until it is running or stopped; if it is terminated, name another.",
        good=state in {"running", "stopped"},
    )
    now = instance["InstanceType"]
    yield judge(
        "present type",
        now,
        f"Neither {' nor '.join(way.ends)}: resize it to {way.base} by hand, or name {now} as the base type.",
        good=now in way.ends,
    )
    root = instance.get("RootDeviceType", "unknown")
    yield judge("root volume", root, "An instance store is lost when it stops; use EBS.", good=root == "ebs")
    lifecycle = instance.get("InstanceLifecycle") or "on-demand"
    yield judge("lifecycle", lifecycle, "Use an on-demand instance.", good=lifecycle == "on-demand")
    hibernates = instance.get("HibernationOptions", {}).get("Configured", False)
    yield judge(
        "hibernation",
        "enabled" if hibernates else "not enabled",
        "An instance that can hibernate keeps its type, and this cannot be turned off: use another one.",
        good=not hibernates,
    )


def lease(instance: dict[str, Any], tags: Tags, who: RunIdentity) -> Iterator[Check]:
    """Whether another run needs the instance as it is."""
    holder = tags.holder_of(instance)
    if holder is None:
        yield Check("lease", "ok", "none")
    elif holder.is_run(who):
        yield Check("lease", "ok", f"{holder}: this run")
    elif holder.is_live:
        what_to_do = "Wait for that run; if it is gone, until its lease has expired."
        yield Check("lease", "failed", str(holder), what_to_do)
    else:
        yield Check("lease", "ok", f"{holder}: expired")


def stopping(ec2: Any, instance: dict[str, Any]) -> Iterator[Check]:
    """An instance that nobody may stop until the protection is turned off, or that a shutdown terminates.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingInstanceInitiatedShutdownBehavior.html
    """
    it = instance["InstanceId"]
    answer = ec2.describe_instance_attribute(InstanceId=it, Attribute="disableApiStop")
    on = answer["DisableApiStop"]["Value"]
    yield judge(
        "stop protection",
        "on" if on else "off",
        f"Turn it off: aws ec2 modify-instance-attribute --instance-id {it} --no-disable-api-stop",
        good=not on,
    )
    answer = ec2.describe_instance_attribute(InstanceId=it, Attribute="instanceInitiatedShutdownBehavior")
    behavior = answer["InstanceInitiatedShutdownBehavior"]["Value"]
    yield judge(
        "shutdown behavior",
        behavior,
        "Whoever shuts its system down ends it for ever: aws ec2 modify-instance-attribute "
        f"--instance-id {it} --instance-initiated-shutdown-behavior stop",
        good=behavior == "stop",
        otherwise="warning",
    )


def scaling_group(aws: Aws, instance: dict[str, Any]) -> Iterator[Check]:
    """A group takes an instance that stops for a broken one, terminates it and starts a new one.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html
    """
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    group = tags.get(SCALING_GROUP_TAG)
    if group is None:
        client, it = aws.client("autoscaling"), instance["InstanceId"]
        found = client.describe_auto_scaling_instances(InstanceIds=[it])["AutoScalingInstances"]
        group = found[0]["AutoScalingGroupName"] if found else None
    what_to_do = "Detach it from the group, which replaces an instance that stops."
    yield judge("scaling group", group or "none", what_to_do, good=group is None)


def health(ec2: Any, instance: dict[str, Any]) -> Iterator[Check]:
    """Its status checks, and what AWS has planned for it."""
    it = instance["InstanceId"]
    answer = ec2.describe_instance_status(InstanceIds=[it], IncludeAllInstances=True)["InstanceStatuses"]
    status = answer[0] if answer else {}
    if instance["State"]["Name"] == "running":
        yield _status_checks(status)
    yield _scheduled_events(status)


def _status_checks(status: dict[str, Any]) -> Check:
    found = {check: status[check]["Status"] for check in STATUS_CHECKS if check in status}
    text = ", ".join(f"{check}: {result}" for check, result in found.items()) or "none yet"
    if "impaired" in found.values():
        what_to_do = "Mend the instance first: after a resize it may not boot."
        return Check("status checks", "failed", text, what_to_do)
    good = set(found.values()) - {"not-applicable"} == {"ok"}
    what_to_do = "Wait until they have passed, to know that it is well as it is."
    return judge("status checks", text, what_to_do, good=good, otherwise="warning")


def _scheduled_events(status: dict[str, Any]) -> Check:
    # What is over is still listed for a week:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceStatusEvent.html
    over = ("[Completed]", "[Canceled]")
    due = [it for it in status.get("Events") or [] if not it.get("Description", "").startswith(over)]
    text = "; ".join(f"{it['Code']} from {it.get('NotBefore', 'now')}: {it.get('Description')}" for it in due)
    what_to_do = "Deal with it first: a stop and a start by hand moves an instance to other hardware."
    return judge("scheduled events", text or "none", what_to_do, good=not due)
