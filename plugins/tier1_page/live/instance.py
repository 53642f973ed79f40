"""The instance and the worker on it, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.in_aws import WorkerSeen
from tier1_page.live.model import Instance, Worker
from tier1_tasks.form import RunParams
from tier1_tasks.names import DAG_ID, TAGS

if TYPE_CHECKING:
    from ec2_instance import reading
    from include.report.model import Price


def instance_of(run: RunSeen, seen: reading.Instance | None, prices: Sequence[Price]) -> Instance | None:
    """Return the instance; None where AWS has not answered."""
    if seen is None:
        return None
    holder = TAGS.holder_in(seen.tags)
    price = next((it for it in prices if it.type == seen.type), None)
    stands = seen.state == "stopped"
    return Instance(
        instance_id=seen.instance_id,
        type=seen.type,
        state=seen.state,
        checks=seen.checks,
        reason=seen.reason,
        size=size_of(RunParams.of(run.parameters), seen.type),
        leased_by=holder.who.run if holder else "",
        is_ours=holder is not None and (holder.who.run, holder.who.dag or DAG_ID) == (run.run_id, DAG_ID),
        leased_until=holder.expires if holder else None,
        hourly_usd=0.0 if stands else price.hourly_usd if price else None,
        price_source=f"{price.source}, {price.as_of}" if price else "",
    )


def size_of(run: RunParams, instance_type: str) -> str:
    """Tell whether a type is one for the work, or one that the instance may be left on."""
    if instance_type in run.small_types:
        return "small"
    return "big" if instance_type in run.work_types else "other"


def worker_of(run: RunSeen, workers: Sequence[WorkerSeen]) -> Worker | None:
    """Return the worker on the run's instance, which is named after it; None where Airflow knows none."""
    name = run.parameters["instance_id"]
    found = next((it for it in workers if it.name == name), None)
    return Worker(name=name, state=found.state, last_heard=found.last_heard) if found else None
