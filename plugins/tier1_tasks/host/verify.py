"""Verify the host on which the stages are going to run."""

from __future__ import annotations

import logging
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from tier1_tasks import looking
from tier1_tasks.database import conninfo
from tier1_tasks.failures import failures
from tier1_tasks.form import RunParams
from tier1_tasks.host.placement import ON_THE_INSTANCE, worker_reports
from tier1_tasks.host.workers import Worker, WorkersUnknownError, all_workers
from tier1_tasks.names import DATABASE
from tier1_tasks.planned import expected_of, resizes

log = logging.getLogger("tier1")


def verify(params: dict[str, Any], ti: Any) -> dict[str, Any]:
    """Look that this host is what the stages need; log what was found.

    Returns:
        What was looked at; no instance where it was another host than the run's.

    Raises:
        AirflowFailException: it is not; the message says why, and what to do.
    """
    from ec2_resize.preflight.check import tell
    from tier1_tasks.host import configuration
    from tier1_tasks.host.checks import check_host
    from tier1_tasks.host.place import named_host
    from tier1_tasks.host.this_host import this_host
    from tier1_tasks.host.wanted import Wanted

    run, here = RunParams.of(params), this_host()
    queue = ON_THE_INSTANCE.get("queue", "")
    instance = looking.look(run.instance_id) if queue else None
    wanted = Wanted(run, resizes(ti), instance, expected_of(ti), queue, _workers())
    checks = check_host(here, wanted, looking.aws().brief_ec2 if queue else None, conninfo(DATABASE))
    checks += configuration.on_worker()
    tell(log, "Host", checks)
    if failed := failures(checks):
        raise AirflowFailException(f"No stage has begun, as this host is not fit. {' | '.join(failed)}")
    beside = named_host(here.name, wanted)
    looked_at = None if beside else instance
    return {
        "host": beside or here.name,
        "instance_id": looked_at.instance_id if looked_at else None,
        "type": looked_at.type if looked_at else None,
        "vcpus": here.vcpus,
        "memory_mib": here.memory_mib,
        "code": here.code.digest,
    }


def _workers() -> list[Worker] | WorkersUnknownError:
    """Return all workers, or why they are not known; none where Airflow cannot know them."""
    try:
        return all_workers() if worker_reports() else []
    except WorkersUnknownError as error:
        return error
