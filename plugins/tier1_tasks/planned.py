"""What preflight has settled for the run, for all tasks after it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ec2_instance.holder import RunIdentity
from ec2_instance.installation import installation
from tier1_tasks.form import RunParams
from tier1_tasks.names import INSTALLATION, PREFLIGHT

if TYPE_CHECKING:
    from include.code import Code
    from include.months import MonthRange

IDENTITY_KEY = "installation"  # of the XCom in which preflight leaves which Airflow this is
WHY = "why"  # of the XCom in which a task on the instance leaves word of why it failed; empty until then
EXPECTED_KEY = "code"  # of the XCom in which preflight leaves with which code the run has begun


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
MACROS = {"run": RunParams.of, "months": months_of, "identity": identity_of}
