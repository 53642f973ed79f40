"""Whether the instance can be stopped and get another type, in the state that it is in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ec2_instance.reading import STATUS_CHECKS, judge_status_checks
from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, judge
from ec2_resize.preflight.route import ResizeRoute


def facts(instance: Described, route: ResizeRoute) -> Iterator[Check]:
    """Check what DescribeInstances tells about it."""
    state = instance["State"]["Name"]
    yield judge(
        "state",
        state,
        "Wait until the instance is running or stopped; if it is terminated, name another one.",
        good=state in {"running", "stopped"},
    )
    present = instance["InstanceType"]
    yield judge(
        "present type",
        present,
        f"This is neither {' nor '.join(route.required_types)}: resize it to {route.base_type} by hand, "
        f"or name {present} as the base type.",
        good=present in route.required_types,
    )
    root = instance.get("RootDeviceType", "unknown")
    what_to_do = "A stop deletes what is on an instance store: use an instance whose root volume is on EBS."
    yield judge("root volume", root, what_to_do, good=root == "ebs")
    lifecycle = instance.get("InstanceLifecycle") or "on-demand"
    yield judge("lifecycle", lifecycle, "Use an on-demand instance.", good=lifecycle == "on-demand")
    hibernates = instance.get("HibernationOptions", {}).get("Configured", False)
    yield judge(
        "hibernation",
        "enabled" if hibernates else "not enabled",
        "An instance that can hibernate keeps its type, and hibernation cannot be disabled: use another one.",
        good=not hibernates,
    )


def up(instance: Described) -> Iterator[Check]:
    """Check that it runs, where nobody is going to start it."""
    state, instance_id = instance["State"]["Name"], instance["InstanceId"]
    what_to_do = f"Without a resize nothing starts it: start {instance_id}, or let the run resize it."
    yield judge("state", f"{state} as {instance['InstanceType']}", what_to_do, good=state == "running")


def stopping(ec2: Any, instance: Described) -> Iterator[Check]:
    """Check that it may be stopped, and that a shutdown from inside does not terminate it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingInstanceInitiatedShutdownBehavior.html
    """
    instance_id = instance["InstanceId"]
    answer = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="disableApiStop")
    protected = answer["DisableApiStop"]["Value"]
    yield judge(
        "stop protection",
        "on" if protected else "off",
        f"Turn it off: aws ec2 modify-instance-attribute --instance-id {instance_id} --no-disable-api-stop",
        good=not protected,
    )
    answer = ec2.describe_instance_attribute(
        InstanceId=instance_id, Attribute="instanceInitiatedShutdownBehavior"
    )
    behavior = answer["InstanceInitiatedShutdownBehavior"]["Value"]
    yield judge(
        "shutdown behavior",
        behavior,
        "A shutdown from inside the instance deletes it: aws ec2 modify-instance-attribute "
        f"--instance-id {instance_id} --instance-initiated-shutdown-behavior stop",
        good=behavior == "stop",
        otherwise="warning",
    )


def health(ec2: Any, instance: Described) -> Iterator[Check]:
    """Check its status checks, and what AWS has scheduled for it."""
    answer = ec2.describe_instance_status(InstanceIds=[instance["InstanceId"]], IncludeAllInstances=True)
    statuses = answer["InstanceStatuses"]
    status = statuses[0] if statuses else {}
    if instance["State"]["Name"] == "running":
        yield _status_checks(status)
    yield _scheduled_events(status)


def _status_checks(status: Described) -> Check:
    name = "status checks"
    results = {check: status[check]["Status"] for check in STATUS_CHECKS if check in status}
    found = ", ".join(f"{check}: {result}" for check, result in results.items()) or "none yet"
    match judge_status_checks(status):
        case "ok":
            return Check(name, "ok", found)
        case "impaired":
            what_to_do = "Repair the instance first: after a resize it may not boot."
            return Check(name, "failed", found, what_to_do)
        case _:
            return Check(name, "warning", found, "Wait until they have passed, to know that it boots.")


def _scheduled_events(status: Described) -> Check:
    # An event that is over is still listed for a week:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceStatusEvent.html
    over = ("[Completed]", "[Canceled]")
    events = status.get("Events") or []
    due = [event for event in events if not event.get("Description", "").startswith(over)]
    texts = (
        f"{event['Code']} from {event.get('NotBefore', 'now')}: {event.get('Description')}" for event in due
    )
    what_to_do = "Deal with it before the run: a stop and a start by hand move an instance to other hardware."
    return judge("scheduled events", "; ".join(texts) or "none", what_to_do, good=not due)
