"""What the host of the stages has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ec2_instance.reading import Instance
from include.code import Code
from tier1_tasks.form import RunParams
from tier1_tasks.host.workers import Worker, WorkersUnknownError


@dataclass(frozen=True)
class Wanted:
    """What the host of the stages has to be.

    Attributes:
        run: the run.
        instance: the run's instance, as EC2 describes it.
        code: what the control plane had when it made the preflight.
        queue: the queue of the instance's worker; empty where the stages run with Airflow itself.
        workers: all workers that Airflow knows; an error where it does not tell.
    """

    run: RunParams
    instance: Instance
    code: Code
    queue: str
    workers: Sequence[Worker] | WorkersUnknownError

    @property
    def on_the_instance(self) -> bool:
        """Tell whether the stages are to run on the instance, not with Airflow itself."""
        return bool(self.queue)
