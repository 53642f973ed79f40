"""Requests, readings and progress from which decisions are tested."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ec2_instance.holder import Holder, RunIdentity
from ec2_instance.reading import Instance
from ec2_resize.convergence import new_progress
from ec2_resize.ladder import Ladder
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest

BASE, EQUIVALENT, WORK, NEXT_WORK = "t3.2xlarge", "t3a.2xlarge", "c7i.8xlarge", "c6i.8xlarge"
SMALL, BIG = [BASE, EQUIVALENT], [WORK, NEXT_WORK]
CLOCK = 1_000_000.0
US, OTHERS = RunIdentity("run", "tier1", "here"), RunIdentity("another run", "tier1", "here")
MINUTE = timedelta(minutes=1)

UP = ResizeRequest(
    instance_id="i-1",
    region=lambda: "us-east-1",
    connection="aws_default",
    who=US,
    ladder=Ladder(BIG, SMALL, 5 * MINUTE, 5 * MINUTE),
    timeout=30 * MINUTE,
    first_pause=timedelta(seconds=15),
    poll_interval=5,
    busy_patience=5 * MINUTE,
    impaired_patience=3 * MINUTE,
    step_shows=timedelta(seconds=30),
    settles=timedelta(seconds=15),
)
DOWN = replace(UP, ladder=Ladder([BASE], SMALL, 120 * MINUTE, 5 * MINUTE))
WORK_NEEDS_START = Instance("i-1", WORK, "stopped")
BASE_RUNS = Instance("i-1", BASE, "running", "ok")


def seen(**fields: Any) -> Progress:
    """The progress of a resize that began a minute ago and has looked once."""
    return replace(new_progress(UP, CLOCK - 60), **({"type_before": BASE} | fields))


def stopped_by_us(**fields: Any) -> Progress:
    """The progress of a resize that has stopped the instance; AWS has shown that."""
    return seen(
        **(
            {
                "down_since": CLOCK - 60,
                "tries": {"StopInstances": 1},
                "step": "StopInstances",
                "step_at": CLOCK - 60,
            }
            | fields
        )
    )


def holder(who: RunIdentity = US, minutes: float = 60) -> Holder:
    return Holder(who, datetime.fromtimestamp(CLOCK + minutes * 60, UTC))
