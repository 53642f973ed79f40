"""What a task takes of which no run has told, beside what it computes: as in a first run of little data."""

from tier1_page.live.stages import STAGE_TASKS
from tier1_tasks.host.placement import has_worker
from tier1_tasks.names import EVALUATE

WITH_AIRFLOW = 5.0
ON_A_WORKER = 10.0
"""It waits for the worker there to fetch it, and then imports what it needs."""
EVALUATING = 15.0
HOSTED = frozenset({"verify_host", EVALUATE, *STAGE_TASKS})

IN_WORDS = (
    f"{WITH_AIRFLOW:g} s for each of the other tasks to begin and end, {ON_A_WORKER:g} s where it does so on "
    f"the instance, and {EVALUATING:g} s to evaluate"
)


def seconds_of(task_id: str) -> float:
    """Return what a task takes; of a stage and a resize, what comes on top of that itself."""
    start = ON_A_WORKER if task_id in HOSTED and has_worker() else WITH_AIRFLOW
    return start + (EVALUATING if task_id == EVALUATE else 0.0)
