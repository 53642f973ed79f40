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
        resizes: whether the run has made the instance big; else it computes on what the instance is.
        instance: the run's instance, as EC2 describes it; None where the stages run with Airflow itself.
        code: what the control plane had when it made the preflight.
        queue: the queue of the instance's worker; empty where the stages run with Airflow itself.
        workers: all workers that Airflow knows; an error where it does not tell.
    """

    run: RunParams
    resizes: bool
    instance: Instance | None
    code: Code
    queue: str
    workers: Sequence[Worker] | WorkersUnknownError
