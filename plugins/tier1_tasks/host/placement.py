"""The one place that decides where tasks run: on the instance, or with Airflow.

What has to outlive the instance names neither queue nor executor, and stays with Airflow's own executor.
"""

from typing import Any

from airflow.sdk.configuration import conf

from include.settings import settings

S = settings()

# For operators whose tasks run on the instance.
ON_THE_INSTANCE: dict[str, Any] = {
    name: value for name, value in (("queue", S.stage_queue), ("executor", S.stage_executor)) if value
}


def has_worker() -> bool:
    """Tell whether the instance has a worker of its own, which listens on the queue of the settings."""
    return bool(S.stage_queue)


def worker_reports() -> bool:
    """Tell whether Airflow knows which workers listen: of the Edge executor's it does, of Celery's not."""
    executor = S.stage_executor or conf.get("core", "executor").partition(",")[0]
    return has_worker() and "edge" in executor.lower()
