"""What the next run would do: asked of the code that decides it in a run, which reads no prices for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from include.settings import settings
from include.stages import STAGES
from tier1_page.before.view import Reason, Work
from tier1_page.live.offered import OFFERED
from tier1_tasks.database import conninfo
from tier1_tasks.names import DATABASE

if TYPE_CHECKING:
    from include.months import Month
    from include.pipeline.estimate import Outlook
    from include.pipeline.plan import Plan
    from include.pipeline.why import Why

S = settings()
NOBODY = ""  # the run that has computed nothing yet


@dataclass(frozen=True, slots=True)
class Found:
    """What the feature database tells of the next run.

    Attributes:
        plan: its months, or why there can be none.
        outlook: what the stages have to do; None where there are no months.
        whys: why, by the stage's title.
    """

    plan: Plan
    outlook: Outlook | None = None
    whys: Mapping[str, Mapping[Month, Why]] = field(default_factory=dict)


def look_at_work() -> Found:
    """Look what a run would do that is started with what the form offers; only read, and no prices.

    Raises:
        DatabaseUnreachableError: the feature database does not answer.
        psycopg.Error: it refuses.
    """
    from include.months import parse_month
    from include.pipeline.estimate import look_ahead
    from include.pipeline.job import Job
    from include.pipeline.plan import settle_months
    from include.pipeline.why import why_to_do
    from include.store.connection import connect

    run, url = OFFERED, conninfo(DATABASE)
    first, last = (parse_month(text) if text else None for text in (run.start_month, run.end_month))
    with connect(url) as conn:
        plan = settle_months(conn, S, first, last)
        if plan.months is None or plan.problems:
            return Found(plan)
        jobs = [Job(stage, list(plan.months), NOBODY, run.force) for stage in STAGES]
        outlook = look_ahead(url, S, jobs, run.instance_id)
        to_do = {work.stage: work.months for work in outlook.work}
        whys = {stage.title: why_to_do(conn, stage, S, to_do[stage.name]) for stage in STAGES}
    return Found(plan, outlook, whys)


def work_of(found: Found) -> Work | None:
    """Return what is to do, for people; None where nothing can be done."""
    months, outlook = found.plan.months, found.outlook
    if months is None or outlook is None:
        return None
    whys = [(month, why) for of_stage in found.whys.values() for month, why in of_stage.items()]
    sure = {month for month, why in whys if why.is_sure}
    return Work(
        first=str(months.first),
        last=str(months.last),
        months=len(months),
        to_do=len(sure),
        perhaps=len({month for month, _ in whys} - sure),
        rows=outlook.rows,
        reasons=reasons_of(found.whys),
    )


def reasons_of(whys: Mapping[str, Mapping[Month, Why]]) -> tuple[Reason, ...]:
    """Return the reasons, each with its months; stages for which one counts in the same months are together.

    Args:
        whys: why a month is to do, by the stage's title.
    """
    from include.pipeline.moved import stretches
    from include.pipeline.why import Why

    months: dict[tuple[str, Why], list[Month]] = {}
    for title, why_of_month in whys.items():
        for month, why in why_of_month.items():
            months.setdefault((title, why), []).append(month)
    together: dict[tuple[Why, tuple[Month, ...]], list[str]] = {}
    for (title, why), found in months.items():
        together.setdefault((why, tuple(found)), []).append(title)
    return tuple(
        Reason(
            why=why.value,
            is_sure=why.is_sure,
            months=len(found),
            which=stretches(found),
            stages=tuple(titles),
        )
        for (why, found), titles in sorted(together.items(), key=lambda it: list(Why).index(it[0][0]))
    )
