"""Puts the page before a run together, from looks that all its viewers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tier1_page.before import options, preflight, work
from tier1_page.before.other_tasks import other_tasks
from tier1_page.before.view import BeforeView, LastPreflight, Work
from tier1_page.history import runs
from tier1_page.history.runs import Run
from tier1_page.live.look import PAST
from tier1_page.live.offered import OFFERED, Offered, see_offered
from tier1_page.shared_look import Seen, SharedLook
from tier1_page.troubles import troubles_of
from tier1_tasks.form import PARAMS
from tier1_tasks.names import DAG_ID
from tier1_tasks.worth import Now

if TYPE_CHECKING:
    from include.store.runs.durations import PastRun

WORK = SharedLook(work.look_at_work, seconds=5, patience=0.4)
HOST = SharedLook(options.look_now, seconds=15, patience=0.1)
PREFLIGHT = SharedLook(preflight.look_at_preflight, seconds=5, patience=0.4)


def view_before() -> BeforeView:
    """Look what all viewers have seen last, or anew where that is too old."""
    for look in (WORK, HOST, PREFLIGHT, runs.RUNS):  # side by side
        look.begin()
    return before(
        WORK.see(), HOST.see(), PREFLIGHT.see(), runs.RUNS.see(), PAST.see(work.NOBODY), see_offered()
    )


def before(
    found: Seen[work.Found],
    host: Seen[Now],
    left: Seen[LastPreflight | None],
    last: Seen[tuple[Run, ...]],
    past: Seen[list[PastRun]],
    offered: Offered,
) -> BeforeView:
    """Put together what was seen."""
    seen = found.value
    worth = options.worth_now(OFFERED, host.value, seen.outlook if seen else None)
    parts: dict[str, Seen[Any]] = {
        "What is to do": found,
        "What each choice takes": host,
        "Preflight's table": left,
        "The runs": last,
    }
    to_do = work.work_of(seen) if seen else None
    others = None if past.value is None else other_tasks(past.value, evaluates=OFFERED.evaluate)
    return BeforeView(
        title="Before a run",
        say=_say(to_do, seen),
        every_seconds=10,
        troubles=(*troubles_of(parts), *offered.troubles),
        dag_id=DAG_ID,
        instance_id=OFFERED.instance_id,
        instance=offered.instance,
        is_known=seen is not None,
        problems=tuple(seen.plan.problems) if seen else (),
        work=to_do,
        estimate=str(worth) if worth else "",
        options=options.options_of(OFFERED, worth, others, options.price_now(host.value)) if to_do else (),
        choice_title=PARAMS["resize"].schema["title"],
        other_tasks=others,
        is_preflight_known=left.at is not None,
        preflight=left.value,
        at_work=tuple(run.run_id for run in last.value or () if not run.is_over),
    )


def _say(to_do: Work | None, found: work.Found | None) -> str:
    if found is None:
        return "What the next run would do is not known."
    if to_do is None:
        return "Nothing can be computed yet."
    if to_do.perhaps and not to_do.to_do:
        return f"The next run has perhaps {to_do.perhaps} of {to_do.months} months to do."
    if not to_do.to_do:
        return f"Nothing is to do: all {to_do.months} months are still valid."
    more = f", and perhaps {to_do.perhaps} more" if to_do.perhaps else ""
    return f"The next run has {to_do.to_do} of {to_do.months} months to do{more}."
