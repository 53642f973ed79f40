"""What the run costs: the report's own receipt, written before the run is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.model import Cost, CostLine, Instance, Left
from tier1_tasks.names import DOWNSIZE, UPSIZE

if TYPE_CHECKING:
    from include.report.model import Price, Receipt, Report

GROWING = "counted from when the instance is big: upsize has not ended"


def cost_of_run(
    run: RunSeen,
    report: Report | None,
    prices: Sequence[Price],
    instance: Instance | None,
    left: Left | None,
    now: datetime,
) -> Cost:
    """Return what it costs: by the report where there is one, else by what its tasks have left so far.

    Args:
        run: the run.
        report: what its verdict has written.
        prices: what an hour of each type costs.
        instance: what it is now.
        left: when the run is going to end.
        now: the time.
    """
    from include.report.cost import usd_of
    from include.report.model import Facts
    from include.report.receipt import receipt_of

    if report and report.receipt and run.is_over:
        return _cost(report.receipt, is_final=True)
    choice = run.choice
    if not choice.resizes and not run.returned(DOWNSIZE):
        return Cost(so_far_usd=0.0, projected_usd=0.0, unknown=f"no resize: {choice.why}")
    facts = Facts(
        run_id=run.run_id,
        parameters=dict(run.parameters),
        tasks={it.task_id: it.state for it in run.tasks},
        upsize=run.returned(UPSIZE),
        downsize=run.returned(DOWNSIZE),
        looked_at=now.isoformat(timespec="seconds"),
        prices=tuple(prices),
    )
    if facts.upsize is None and not run.is_over:
        return Cost(so_far_usd=0.0, unknown=GROWING)
    so_far = _cost(receipt_of(facts), is_final=facts.downsize is not None)
    if so_far.is_final or so_far.so_far_usd is None:
        return so_far
    hourly = instance.hourly_usd if instance else None
    if left is None or hourly is None:
        return so_far
    rest = usd_of(max(0.0, (left.ends - now).total_seconds()), hourly)
    return so_far.model_copy(update={"projected_usd": so_far.so_far_usd + rest})


def _cost(receipt: Receipt, *, is_final: bool) -> Cost:
    lines = tuple(CostLine(type=it.type, seconds=it.seconds, usd=it.usd) for it in receipt.times)
    total = receipt.total_usd
    return Cost(
        so_far_usd=total,
        projected_usd=total if is_final else None,
        lines=lines,
        unknown=receipt.unknown if is_final or total is None else "",
        is_final=is_final,
    )
