"""What a stage is asked to do."""

import socket
from collections.abc import Collection
from dataclasses import dataclass, field

from include.months import Month
from include.stages.stage import Stage


@dataclass(frozen=True, slots=True)
class Job:
    """One stage over some months, on behalf of a run.

    Attributes:
        stage: the stage.
        months: the months wanted, each computed and checkpointed on its own.
        run_id: the run that the markers name.
        force: compute also what is still valid, unless this very run has computed it already.
        host: the host that the markers name.
        shard: which of the stage's shards this is, from 0; the others have other months.
        shards: tasks that share the stage's months out and may run at the same time, anywhere.
        beside: those of them that may run on this host, this one included.
    """

    stage: Stage
    months: Collection[Month]
    run_id: str
    force: bool = False
    host: str = field(default_factory=socket.gethostname)
    shard: int = 0
    shards: int = 1
    beside: int = 1
