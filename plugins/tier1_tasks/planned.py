"""What preflight, and whoever was asked, have settled for the run, for all tasks after it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ec2_instance.holder import RunIdentity
from ec2_instance.installation import installation
from include.settings import WhenToResize
from tier1_tasks.form import RunParams
from tier1_tasks.names import APPROVE, INSTALLATION, PREFLIGHT

if TYPE_CHECKING:
    from include.code import Code
    from include.months import MonthRange

IDENTITY_KEY = "installation"  # of the XCom in which preflight leaves which Airflow this is
WHY = "why"  # of the XCom in which a task on the instance leaves word of why it failed; empty until then
ESTIMATE_KEY = "estimate"  # of the XCom in which preflight leaves a `Worth`; null where it could not tell
EXPECTED_KEY = "code"  # of the XCom in which preflight leaves with which code the run has begun
DECIDED_KEY = "decided"  # of the XCom in which validate leaves, after each claim, what came of those so far
CHECKS_KEY = "checks"  # of the XCom in which preflight leaves its table, also where it fails
RESIZE_KEY = "resize"  # of the XCom in which preflight leaves what it proposes: the fields of a `Proposal`

# What a person who is asked may answer.
RESIZE_AND_COMPUTE, COMPUTE_AS_IT_IS, REJECT = "Resize and compute", "Compute as it is", "Reject"


@dataclass(frozen=True)
class Proposal:
    """Whether to make the instance big, as preflight sees it.

    Attributes:
        proposed: whether to.
        why: what speaks for that, for people.
        estimate: how long the work takes either way, for people; empty where nobody could tell.
        resized: how long the run takes with resizes, and what they cost, for people; empty as well.
        as_it_is: how long it takes without; empty as well.
    """

    proposed: bool
    why: str
    estimate: str = ""
    resized: str = ""
    as_it_is: str = ""


@dataclass(frozen=True)
class Choice:
    """Whether the run makes the instance big, as it was decided.

    Attributes:
        resizes: whether it does.
        why: who or what has decided that, for people.
    """

    resizes: bool
    why: str


def shards_of(ti: Any) -> list[MonthRange]:
    """Return the months of each shard, in order; none before preflight has succeeded.

    They are what preflight returns: a task can be mapped over nothing else that a task leaves.
    """
    from include.months import MonthRange

    settled = ti.xcom_pull(task_ids=PREFLIGHT, map_indexes=None)
    return [MonthRange.of_texts(**shard) for shard in settled or []]


def months_of(ti: Any) -> MonthRange:
    """Return the months of the run: of all its shards."""
    from include.months import MonthRange

    shards = shards_of(ti)
    return MonthRange(shards[0].first, shards[-1].last)


def identity_of(ti: Any) -> RunIdentity:
    """Return the run as leases name it: by the identity of Airflow that its preflight has seen."""
    # one index: to be asked for all of them, the triggerer of 3.3.2 never answers
    seen_first = ti.xcom_pull(task_ids=PREFLIGHT, key=IDENTITY_KEY, map_indexes=None)
    return RunIdentity(ti.run_id, ti.dag_id, seen_first or installation(INSTALLATION))


def proposal_of(ti: Any) -> Proposal | None:
    """Return what preflight proposes; None before it has succeeded."""
    left = ti.xcom_pull(task_ids=PREFLIGHT, key=RESIZE_KEY, map_indexes=None)
    return Proposal(**left) if left else None


def choice_of(ti: Any) -> Choice:
    """Return what was decided: by the parameter `never`, else by the person who was asked, else by preflight.

    Where nobody has decided anything, the run counts as one that resizes: what may be big is looked at.
    """
    resize = RunParams.of(ti.get_template_context()["params"]).resize
    return choose(resize, ti.xcom_pull(task_ids=APPROVE, map_indexes=None), proposal_of(ti))


def choose(resize: WhenToResize, answer: Any, proposal: Proposal | None) -> Choice:
    """Decide it from the parameter, the answer of the person who was asked, and what preflight proposes."""
    if resize is WhenToResize.NEVER:
        return Choice(resizes=False, why="the parameter resize is never")
    if answer:
        [option] = answer["chosen_options"]
        person = answer["responded_by_user"] or {"name": "somebody"}
        return Choice(resizes=option != COMPUTE_AS_IT_IS, why=f"{person['name']} has chosen '{option}'")
    proposal = proposal or Proposal(proposed=True, why="preflight has not said otherwise")
    return Choice(proposal.proposed, proposal.why)


def resizes(ti: Any) -> bool:
    """Tell whether the run makes the instance big: the one place that decides."""
    return choice_of(ti).resizes


def why_failed(ti: Any, task_id: str, map_index: int | None = None) -> str | None:
    """Return what a task on the instance has left of why it failed; None of another task."""
    why = ti.xcom_pull(task_ids=task_id, key=WHY, map_indexes=map_index)
    with suppress(ValueError):  # only what a trigger leaves is encoded twice (Airflow 3.3.2)
        return json.loads(why) if why and why.startswith('"') else why
    return why


def expected_of(ti: Any) -> Code:
    """Return the code that preflight has seen, which that of the stages' host has to be."""
    from include.code import Code

    seen = ti.xcom_pull(task_ids=PREFLIGHT, key=EXPECTED_KEY)
    return Code(**seen) if seen else Code("unknown", {})  # it has not run since an update


# what templates of the run's operators may call
MACROS = {
    "run": RunParams.of,
    "months": months_of,
    "identity": identity_of,
    "proposal": proposal_of,
    "resizes": resizes,
}
