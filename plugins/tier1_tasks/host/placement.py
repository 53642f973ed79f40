"""The one place that decides where tasks run: on the instance, or with Airflow.

What has to outlive the instance names neither queue nor executor, and stays with Airflow's own executor.
"""

import math
from typing import Any

from airflow.sdk.configuration import conf

from include.settings import settings

S = settings()

# For operators whose tasks run on the instance.
ON_THE_INSTANCE: dict[str, Any] = {
    name: value for name, value in (("queue", S.stage_queue), ("executor", S.stage_executor)) if value
}

# Hosts besides the instance whose workers may take shards.
MORE_HOSTS: tuple[str, ...] = tuple(filter(None, (name.strip() for name in S.more_hosts.split(","))))
# Tasks that a worker takes at the same time: [edge] worker_concurrency in deploy/worker/defaults.env. More of
# a stage are not queued: one that waits in the queue for a free place counts as stuck there.
SLOTS = 8


def hosts() -> int:
    """Return on how many hosts the shards of a stage are computed."""
    return 1 + len(MORE_HOSTS) if has_worker() else 1


def beside(shards: int) -> int:
    """Return how many of a stage's shards one host computes at the same time, where all hosts share them."""
    return min(math.ceil(shards / hosts()), SLOTS)


def has_worker() -> bool:
    """Tell whether the instance has a worker of its own, which listens on the queue of the settings."""
    return "queue" in ON_THE_INSTANCE


def worker_reports() -> bool:
    """Tell whether Airflow knows if that worker listens: it does of the Edge executor's alone."""
    return has_worker() and is_edge()


def is_edge() -> bool:
    """Tell whether Edge runs the stages."""
    return (executor_class() or "").endswith("EdgeExecutor")


def is_celery() -> bool:
    """Tell whether Celery runs the stages."""
    return (executor_class() or "").endswith("CeleryExecutor")


def executor_class() -> str | None:
    """Return the class that runs the stages, as `[core] executor` has it; None where it has none.

    As `ExecutorLoader.lookup_executor_name_by_str` (airflow/executors/executor_loader.py): by alias, path or
    name of the class. The first is for tasks that name none; those of teams follow after a semicolon.
    """
    listed = conf.get("core", "executor").partition(";")[0].split(",")
    wanted = ON_THE_INSTANCE.get("executor")
    for entry in listed:
        alias, _, path = entry.strip().rpartition(":")
        if wanted in {None, alias, path, path.rpartition(".")[2]}:
            return path
    return None
