"""When the tasks of a run ran.

A task may ask Airflow how long each other task took, and not when it began (3.3.2): each leaves word of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from tier1_tasks.instances import Instance

BEGAN = "began"  # of the XCom in which each task leaves when its last try began
RAN = frozenset({"success", "failed"})


def leave_beginning(context: Any) -> None:
    """Leave word of when this try began, before its work and after each wait in the triggerer."""
    ti = context["ti"]
    ti.xcom_push(key=BEGAN, value=ti.start_date.isoformat())


def times_of(ti: Any, found: Iterable[Instance]) -> Iterator[dict[str, Any]]:
    """Yield when each of these tasks ran, as `TaskTime` has it, where that is known."""
    told = ti.get_task_breadcrumbs(ti.dag_id, ti.run_id)
    took = {(it["task_id"], it["map_index"]): it["duration"] for it in told}
    for it in found:
        seconds = took.get((it.task_id, -1 if it.map_index is None else it.map_index))
        if it.state not in RAN or seconds is None:
            continue
        began = ti.xcom_pull(task_ids=it.task_id, key=BEGAN, map_indexes=it.map_index)
        if began:
            moment = datetime.fromisoformat(began).astimezone(UTC)  # whatever an instance has left there
            yield {"task": it.name, "began": moment.isoformat(), "seconds": seconds}
