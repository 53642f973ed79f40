"""The one place that decides where tasks run: on the instance, or with Airflow.

What has to outlive the instance names neither queue nor executor, and stays with Airflow's own executor.
"""

from typing import Any

from include.settings import settings

S = settings()

# For operators whose tasks run on the instance.
ON_THE_INSTANCE: dict[str, Any] = {
    name: value for name, value in (("queue", S.stage_queue), ("executor", S.stage_executor)) if value
}


def has_worker() -> bool:
    """Tell whether the instance has a worker of its own, which listens on the queue of the settings."""
    return "queue" in ON_THE_INSTANCE
