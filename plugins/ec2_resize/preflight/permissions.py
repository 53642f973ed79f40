"""What the caller may do, by dry run, which EC2 answers from the policies alone.

An endpoint that is not AWS itself may carry a dry run out. So what would change nothing is asked first, and
the rest only where an answer has shown that the endpoint knows what a dry run is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ec2_instance.errors import NOT_PERMITTED, AwsError, answers, code_of, error_text
from ec2_instance.holder import Tags, tags_of
from ec2_instance.size import Described
from ec2_resize.preflight.check import Check, Result
from ec2_resize.preflight.route import ResizeRoute

PERMITTED = "permitted"
DRY_RUN_IGNORED = "the endpoint ignores DryRun"


@dataclass(frozen=True)
class DryRun:
    """A call that only asks for permission.

    Attributes:
        what: the call's name, which is that of its permission, and perhaps more words.
        call: makes the call.
        refusal: the result where it is not permitted.
    """

    what: str
    call: Callable[[], object]
    refusal: Result = "failed"

    def check(self) -> Check:
        """Make the call and judge its answer."""
        name, permission = f"may {self.what}", f"ec2:{self.what.split(maxsplit=1)[0]}"
        try:
            with answers():
                self.call()
        except AwsError as error:
            match code_of(error):
                case "DryRunOperation":
                    return Check(name, "ok", PERMITTED)
                # Who looks at the state in spite of the dry run has looked at the policies before.
                case "IncorrectInstanceState":
                    return Check(name, "ok", "permitted, though not in this state")
                case code if code in NOT_PERMITTED:
                    return Check(name, self.refusal, "not permitted", f"Allow {permission} on this instance.")
                case _:
                    what_to_do = f"Check that {permission} is allowed."
                    return Check(name, "warning", f"not checked: {error_text(error)}", what_to_do)
        what_to_do = "No permission could be checked. Check that the endpoint is AWS itself."
        return Check(name, "warning", DRY_RUN_IGNORED, what_to_do)


def permissions(ec2: Any, instance: Described, route: ResizeRoute, tags: Tags) -> Iterator[Check]:
    """Check each call that a run makes; a policy may allow some types only."""
    reading = partial(ec2.describe_instances, InstanceIds=[instance["InstanceId"]], DryRun=True)
    knows_dry_runs = DryRun("DescribeInstances", reading).check().found == PERMITTED
    harmless, others = _calls(ec2, instance, route, tags)
    for dry_run in harmless:
        check = dry_run.check()
        yield check
        if check.found == DRY_RUN_IGNORED:
            return
        knows_dry_runs = knows_dry_runs or check.found == PERMITTED
    for dry_run in others:
        yield dry_run.check() if knows_dry_runs else _not_tried(dry_run)


def _calls(
    ec2: Any, instance: Described, route: ResizeRoute, tags: Tags
) -> tuple[list[DryRun], list[DryRun]]:
    """Return the calls that would change nothing if they were carried out, and those that would."""
    instance_id, present = instance["InstanceId"], instance["InstanceType"]
    stop = DryRun("StopInstances", partial(ec2.stop_instances, InstanceIds=[instance_id], DryRun=True))
    start = DryRun("StartInstances", partial(ec2.start_instances, InstanceIds=[instance_id], DryRun=True))
    modify = {
        name: DryRun(
            f"ModifyInstanceAttribute to {name}",
            partial(
                ec2.modify_instance_attribute,
                InstanceId=instance_id,
                InstanceType={"Value": name},
                DryRun=True,
            ),
        )
        for name in route.types
    }
    rests = instance["State"]["Name"] in {"stopping", "stopped"}
    idle, other = (stop, start) if rests else (start, stop)
    to_present_type = [modify.pop(present)] if present in modify else []
    return [idle, *to_present_type], [*_tagging(ec2, instance, tags), other, *modify.values()]


def _tagging(ec2: Any, instance: Described, tags: Tags) -> list[DryRun]:
    """Return the calls that write and delete the lease's tags, so that no lease is harmed if carried out.

    They leave out the tag without which the others mean nothing, and write the values that the tags have.
    """
    instance_id, present = instance["InstanceId"], tags_of(instance)
    keys = [key for key in tags.all if key != tags.run]
    same = [{"Key": key, "Value": present.get(key, "")} for key in keys]
    another = [{"Key": key, "Value": "dry run"} for key in keys]  # a tag with another value is not deleted
    return [
        DryRun("CreateTags", partial(ec2.create_tags, Resources=[instance_id], Tags=same, DryRun=True)),
        DryRun("DeleteTags", partial(ec2.delete_tags, Resources=[instance_id], Tags=another, DryRun=True)),
    ]


def _not_tried(dry_run: DryRun) -> Check:
    return Check(
        f"may {dry_run.what}",
        "warning",
        "not checked: the endpoint has answered no dry run as one",
        "Allow the calls above first, and check that the endpoint is AWS itself.",
    )
