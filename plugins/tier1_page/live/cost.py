"""What the run costs: the report's own receipt, written before the run is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.model import Cost, CostLine
from tier1_page.live.run_left import Rest
from tier1_page.live.stages import ORDER
from tier1_tasks.form import RunParams
from tier1_tasks.names import DOWNSIZE, UPSIZE

if TYPE_CHECKING:
    from include.report.model import Facts, Price, Receipt, Report

GROWING = "counted from when the instance is big: upsize has not ended"
PAID = ORDER[ORDER.index(UPSIZE) : ORDER.index(DOWNSIZE) + 1]
"""The tasks that the receipt covers."""


def cost_of_run(
    run: RunSeen,
    report: Report | None,
    prices: Sequence[Price],
    rest: Rest | None,
    now: datetime,
    *,
    lost: str = "",
) -> Cost:
    """Return what it costs: by the report where there is one, else by what its tasks have left so far.

    Args:
        run: the run.
        report: what its verdict has stored last, maybe of an attempt before the run was cleared.
        prices: what an hour of each type costs.
        rest: what is left of the run.
        now: the time.
        lost: why that report cannot be read; empty where it can, or where there is none.
    """
    from include.report.build import of_this_try
    from include.report.model import Facts
    from include.report.receipt import earlier_attempts, receipt_of

    if report and report.receipt and run.is_over:
        return _cost(report.receipt, is_final=True)
    facts = of_this_try(
        Facts(
            run_id=run.run_id,
            parameters=dict(run.parameters),
            tasks={it.task_id: it.state for it in run.tasks},
            upsize=run.returned(UPSIZE),
            downsize=run.returned(DOWNSIZE),
            looked_at=now.isoformat(timespec="seconds"),
            prices=tuple(prices),
        )
    )
    receipt = receipt_of(facts, earlier_attempts(report, facts, lost))
    choice = run.choice
    if not choice.resizes and facts.downsize is None:
        return _cost_before(receipt, f"no resize: {choice.why}", is_all=True)
    if facts.upsize is None and not run.is_over:
        so_far = _cost_before(receipt, GROWING)
    else:
        so_far = _cost(receipt, is_final=facts.downsize is not None)
    if so_far.is_final or so_far.so_far_usd is None or rest is None:
        return so_far
    return so_far.model_copy(update={"projected_usd": _in_the_end(run, facts, receipt, rest, now)})


def _in_the_end(run: RunSeen, facts: Facts, receipt: Receipt, rest: Rest, now: datetime) -> float | None:
    """Return what the receipt will say: the times so far, and those of the tasks to come."""
    from include.report.receipt import priced

    params = RunParams.of(run.parameters)
    small = params.small_types[0]
    big = facts.upsize.type_after if facts.upsize else params.work_types[0]
    seconds: dict[str, float] = {it.type: it.seconds for it in receipt.times}

    def add(instance_type: str, more: float) -> None:
        seconds[instance_type] = seconds.get(instance_type, 0.0) + more

    growing = [it.started for it in run.instances_of(UPSIZE) if it.started]
    if facts.upsize is None and growing:  # it has told nothing yet of the time since
        add(small, (now - growing[0]).total_seconds())
    for task_id in PAID:
        if task_id in rest.tasks:
            add(small if task_id == DOWNSIZE else big, rest.tasks[task_id].seconds)
    return priced(receipt, seconds, facts.prices).total_usd


def _cost_before(receipt: Receipt, why_no_more: str, *, is_all: bool = False) -> Cost:
    """Return what the attempts before the run was cleared cost, where this one has cost nothing yet."""
    usd, unknown = receipt.earlier_usd, receipt.earlier_unknown
    why = f"{why_no_more}; of earlier attempts: {unknown}" if unknown else why_no_more
    return Cost(so_far_usd=usd, projected_usd=usd if is_all else None, unknown=why)


def _cost(receipt: Receipt, *, is_final: bool) -> Cost:
    from include.report.cost import SHORTEST_BILLED_SECONDS

    lines = tuple(
        CostLine(type=it.type, seconds=it.seconds, usd=it.usd, is_least=it.seconds < SHORTEST_BILLED_SECONDS)
        for it in receipt.times
    )
    total = receipt.total_usd
    return Cost(
        so_far_usd=total,
        projected_usd=total if is_final else None,
        lines=lines,
        earlier_usd=receipt.earlier_usd if receipt.earlier else None,
        earlier_seconds=receipt.earlier_seconds,
        unknown=receipt.why_no_total if is_final or total is None else "",
        is_final=is_final,
    )
