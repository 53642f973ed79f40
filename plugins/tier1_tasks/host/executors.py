"""Which executor runs the stages, and whether it can: for as long as they take, on the instance."""

from datetime import timedelta

from airflow.sdk.configuration import conf

from ec2_resize.preflight.check import Check, judge
from include.settings import settings
from tier1_tasks.host.placement import MORE_HOSTS, ON_THE_INSTANCE, SLOTS, executor_class

S = settings()
# Celery's brokers that hand a message out again where nobody has acknowledged it.
REDELIVER = ("redis://", "rediss://", "sentinel://", "sqs://")


def stage_executor() -> Check:
    """Tell whether the executor of the settings is there, and serves a queue."""
    wanted, queue = ON_THE_INSTANCE.get("executor"), ON_THE_INSTANCE.get("queue")
    found = executor_class()
    if not queue:
        what_to_do = "Nothing would wait for its worker: set TIER1_STAGE_QUEUE, too."
        return Check("stage executor", "failed", f"{wanted}, without a queue", what_to_do)
    if found is None:
        what_to_do = "Write TIER1_STAGE_EXECUTOR as [core] executor does, or add it there."
        return Check("stage executor", "failed", f"{wanted} is not in [core] executor", what_to_do)
    return judge(
        "stage executor",
        f"{found} serves {queue}",
        "It knows no queues and would run the stages beside Airflow: set TIER1_STAGE_EXECUTOR to the "
        "executor whose worker is on the instance.",
        good=not found.endswith("LocalExecutor"),
    )


def edge_api() -> Check:
    """Tell whether workers find the API that they ask for work.

    edge3/plugins/edge_executor_plugin.py, in the API server. Nobody else reads it, but this is not run there.
    `[edge] api_url` is the worker's alone, which does not start without it (edge3/cli/edge_command.py).
    """
    enabled = conf.getboolean("edge", "api_enabled", fallback=False)
    return judge(
        "Edge API",
        "on" if enabled else "off",
        "No worker can report: set [edge] api_enabled to True for API server and scheduler.",
        good=enabled,
    )


def redelivery() -> Check:
    """Tell whether Celery hands out a stage a second time, which ends the first: apache/airflow #62218.

    After a day where nobody has set another time (default_celery.py of the provider celery).
    """
    seconds = conf.getint("celery_broker_transport_options", "visibility_timeout", fallback=86400)
    again = conf.get("celery", "broker_url", fallback="").startswith(REDELIVER)
    return judge(
        "redelivery",
        f"after {timedelta(seconds=seconds)}" if again else "never",
        "The broker gives a longer stage to a second worker, which ends the first: set "
        "[celery_broker_transport_options] visibility_timeout, in seconds, above TIER1_STAGE_TIMEOUT_HOURS.",
        good=not again or timedelta(seconds=seconds) > S.stage_timeout_hours,
        otherwise="warning",
    )


def slots() -> Check:
    """Tell whether the worker takes as many tasks as may be queued for it: `max_active_tis_per_dagrun`."""
    found = conf.getint("edge", "worker_concurrency", fallback=SLOTS)
    return judge(
        "worker slots",
        f"{found} tasks at the same time",
        f"Up to {SLOTS} shards are queued for each worker; one that finds no free place counts as stuck: "
        f"set [edge] worker_concurrency to {SLOTS} where the worker runs.",
        good=found >= SLOTS,
        otherwise="warning",
    )


def idle_hosts() -> Check:
    """Tell that hosts are named that get no task."""
    what_to_do = (
        "All shards run with Airflow: set TIER1_STAGE_QUEUE, on which the workers of these hosts listen, or "
        "empty TIER1_MORE_HOSTS."
    )
    return Check("more hosts", "warning", f"{', '.join(MORE_HOSTS)}, and no queue", what_to_do)
