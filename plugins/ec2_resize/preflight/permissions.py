"""What the caller may do, by dry run, which EC2 answers from the policies alone.

An endpoint that is not quite AWS may carry a dry run out. So what is asked first would change nothing if it
were, and the rest is asked only where that has shown that the endpoint knows what a dry run is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ec2_instance.errors import NOT_PERMITTED, code_of
from ec2_instance.holder import Tags
from ec2_resize.preflight.asking import NO_ANSWER, reason
from ec2_resize.preflight.check import Check, Result
from ec2_resize.preflight.route import Way

PERMITTED = "permitted"
DRY_RUN_IGNORED = "the endpoint ignores DryRun"


@dataclass(frozen=True)
class DryRun:
    """A call that only asks for permission."""

    what: str
    call: Callable[[], object]
    refusal: Result = "failed"

    def check(self) -> Check:
        """What the answer means."""
        name, permission = f"may {self.what}", f"ec2:{self.what.split(maxsplit=1)[0]}"
        try:
            self.call()
        except NO_ANSWER as error:
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
                    return Check(name, "warning", f"not checked: {reason(error)}", what_to_do)
        return Check(name, "warning", DRY_RUN_IGNORED, "No permission could be checked; is this really AWS?")


def permissions(ec2: Any, instance: dict[str, Any], way: Way, tags: Tags) -> Iterator[Check]:
    """A line per call that a run makes; a policy may allow some types only."""
    it = instance["InstanceId"]
    look = DryRun("DescribeInstances", partial(ec2.describe_instances, InstanceIds=[it], DryRun=True))
    known = look.check().found == PERMITTED
    harmless, others = _calls(ec2, instance, way, tags)
    for dry_run in harmless:
        check = dry_run.check()
        yield check
        if check.found == DRY_RUN_IGNORED:
            return
        known = known or check.found == PERMITTED
    for dry_run in others:
        yield dry_run.check() if known else _not_tried(dry_run)


def _calls(ec2: Any, instance: dict[str, Any], way: Way, tags: Tags) -> tuple[list[DryRun], list[DryRun]]:
    """The calls that would change nothing if they were carried out, and those that would."""
    it = instance["InstanceId"]
    stop = DryRun("StopInstances", partial(ec2.stop_instances, InstanceIds=[it], DryRun=True))
    start = DryRun("StartInstances", partial(ec2.start_instances, InstanceIds=[it], DryRun=True))
    modify = {
        new: DryRun(
            f"ModifyInstanceAttribute to {new}",
            partial(ec2.modify_instance_attribute, InstanceId=it, InstanceType={"Value": new}, DryRun=True),
        )
        for new in way.types
    }
    rests = instance["State"]["Name"] in {"stopping", "stopped"}
    idle, other = (stop, start) if rests else (start, stop)
    as_it_is = [modify.pop(instance["InstanceType"])] if instance["InstanceType"] in modify else []
    return [idle, *as_it_is], [*_tagging(ec2, instance, tags), other, *modify.values()]


def _tagging(ec2: Any, instance: dict[str, Any], tags: Tags) -> list[DryRun]:
    """The lease's tags but the one without which the others mean nothing: they would get their own values."""
    it, keys = instance["InstanceId"], [key for key in tags.all if key != tags.run]
    present = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    same = [{"Key": key, "Value": present.get(key, "")} for key in keys]
    another = [{"Key": key, "Value": "dry run"} for key in keys]  # a tag with another value is not deleted
    return [
        DryRun("CreateTags", partial(ec2.create_tags, Resources=[it], Tags=same, DryRun=True)),
        DryRun("DeleteTags", partial(ec2.delete_tags, Resources=[it], Tags=another, DryRun=True)),
    ]


def _not_tried(dry_run: DryRun) -> Check:
    return Check(
        f"may {dry_run.what}",
        "warning",
        "not checked: the endpoint has answered no dry run as one",
        "Allow the calls above first; is this really AWS?",
    )
