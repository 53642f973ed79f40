"""The page of a run, put together from what Airflow, the feature database and AWS tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tier1_page.live.claims import claims_of
from tier1_page.live.cost import cost_of_run
from tier1_page.live.in_airflow import RunSeen, Shard
from tier1_page.live.in_aws import WorkerSeen
from tier1_page.live.in_database import DatabaseSeen
from tier1_page.live.instance import instance_of, worker_of
from tier1_page.live.model import RunPage, Verdict, VerdictLine
from tier1_page.live.next_step import Situation, next_step
from tier1_page.live.run_left import after_answer, left_of_run, rest_of_run
from tier1_page.live.stages import ORDER, stages_of, tasks_of
from tier1_page.live.wording import AT_WORK, NOT_BEGUN, in_words
from tier1_page.shared_look import Seen
from tier1_page.troubles import troubles_of
from tier1_page.view import Trouble
from tier1_tasks.names import VERDICT

if TYPE_CHECKING:
    from ec2_instance.reading import Instance
    from include.report.model import Price, Report
    from include.store.runs.durations import PastRun

LIVE_SECONDS, OVER_SECONDS = 2, 15
COLOURS = {"well": "done", "not well": "failed", "unknown": "warning"}


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen, each with its age; the page is made from that alone.

    Attributes:
        run: the run, in Airflow.
        database: what the feature database tells.
        past: the last runs that succeeded.
        lasted: how long each of them took, those that Airflow still has.
        shards: of the other runs that have computed months of this one.
        instance: what AWS tells.
        prices: what an hour of each type costs.
        workers: what Airflow knows of workers.
    """

    run: Seen[RunSeen | None]
    database: Seen[DatabaseSeen]
    past: Seen[list[PastRun]]
    lasted: Seen[dict[str, float]]
    shards: Seen[dict[str, list[Shard]]]
    instance: Seen[Instance]
    prices: Seen[list[Price]]
    workers: Seen[Sequence[WorkerSeen]]


def page_of(run: RunSeen, looks: Looks, now: datetime | None = None) -> RunPage:
    """Make the page."""
    now = now or datetime.now(UTC)
    database, past = looks.database.value, looks.past.value or ()
    stages = tuple(stages_of(run, database, past, looks.shards.value or {}, now))
    tasks = tuple(tasks_of(run, past))
    instance = instance_of(run, looks.instance.value, looks.prices.value or ())
    worker = worker_of(run, looks.workers.value or ())
    rest = rest_of_run(run, stages, past, now)
    in_order = sorted([*tasks, *stages], key=lambda it: ORDER.index(it.task_id))
    heard = None if looks.workers.why else worker  # not to have looked is not to have heard nothing
    step = next_step(Situation(run, in_order, instance, heard, now))
    at_work = [f"{it.task_id} {_is(it.state)}." for it in in_order if it.kind in {"running", "warning"}]
    state, kind = in_words(run.state)
    # one that an earlier try has left is of other work than what runs now
    is_judged = run.is_over or run.state_of(VERDICT) not in NOT_BEGUN | AT_WORK
    report = database.report if database and is_judged else None
    return RunPage(
        title=f"{state}: {run.run_id}",
        say=" ".join([f"The run {_is(state)}.", *at_work, str(step)]),
        every_seconds=OVER_SECONDS if run.is_over else LIVE_SECONDS,
        troubles=tuple(_troubles(looks)),
        run_id=run.run_id,
        state=state,
        kind=kind,
        next_step=step,
        started=run.started,
        ended=run.ended if run.is_over else None,
        left=left_of_run(run, rest, now),
        after_answer=after_answer(run, rest),
        last_seconds=_last_seconds(past, looks.lasted.value or {}),
        tasks=tasks,
        stages=stages,
        instance=instance,
        worker=worker,
        cost=cost_of_run(
            run,
            database.report if database else None,
            looks.prices.value or (),
            rest,
            now,
            lost=database.unreadable if database else "",
        ),
        claims=tuple(claims_of(run)),
        verdict=_verdict(report) if report else None,
    )


def _last_seconds(past: Sequence[PastRun], lasted: Mapping[str, float]) -> float | None:
    """Return how long the last run took: as its own page says, or by its tasks where Airflow has lost it."""
    return (lasted.get(past[0].run_id) or past[0].seconds or None) if past else None


def _is(state: str) -> str:
    return {"done": "has succeeded", "failed": "has failed", "running": "is running"}.get(state, state)


def _troubles(looks: Looks) -> list[Trouble]:
    found = {
        "Airflow's database": looks.run,
        "The feature database (months, progress, report)": looks.database,
        "The instance, as AWS describes it,": looks.instance,
    }
    told = list(troubles_of(found))
    run, database = looks.run.value, looks.database.value
    if run and run.unreadable:
        told.append(Trouble(what="What the run was triggered with", why=run.unreadable))
    if database and database.unreadable:
        told.append(Trouble(what="The report", why=database.unreadable))
    return told


def _verdict(report: Report) -> Verdict:
    lines = []
    for about in ("work", "validation", "infrastructure") if report.verdict else ():
        line = getattr(report.verdict, about)
        standing = line.standing.value
        lines.append(VerdictLine(about=about, standing=standing, kind=COLOURS[standing], why=line.why))
    return Verdict(lines=tuple(lines), problems=report.problems, warnings=report.warnings)
