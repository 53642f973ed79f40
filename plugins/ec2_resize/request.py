"""What a resize was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from ec2_instance.holder import RunIdentity
from ec2_resize.ladder import Ladder

# Reads lag behind writes: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
STEP_SHOWS = timedelta(seconds=30)
# A task that was marked failed lives up to 5 s beside its teardown, and what it did last shows some seconds
# later.
SETTLES = timedelta(seconds=15)


@dataclass(frozen=True)
class ResizeRequest:
    """What a resize is to reach, and how long each part may take.

    Attributes:
        instance_id: the instance.
        region: gives its region, for messages; not a text, since the hook takes half a second to find out.
        connection: Airflow's connection to AWS, for messages.
        who: the run that resizes the instance.
        ladder: the types to try.
        timeout: how long one type may take.
        first_pause: time until AWS is asked again after a first refusal; each further pause is twice as long.
        poll_interval: seconds between two looks, and until a call is repeated that AWS was too busy for.
        busy_patience: how long such a call is repeated.
        impaired_patience: how long failing status checks may recover.
        step_shows: how long EC2 may go on to show the state from before a step.
        settles: how long an instance that is right at first sight is watched on the way back, since another
            task of the same run may still be changing the instance.
    """

    instance_id: str
    region: Callable[[], str]
    connection: str | None
    who: RunIdentity
    ladder: Ladder
    timeout: timedelta = timedelta(minutes=30)
    first_pause: timedelta = timedelta(seconds=15)
    poll_interval: float = 5
    busy_patience: timedelta = timedelta(minutes=5)
    impaired_patience: timedelta = timedelta(minutes=3)
    step_shows: timedelta = field(default_factory=lambda: STEP_SHOWS)
    settles: timedelta = field(default_factory=lambda: SETTLES)
