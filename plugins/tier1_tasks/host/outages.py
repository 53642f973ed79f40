"""Whether a stage survives a minute without the API server, as it may have some of in its many hours."""

import os

from airflow.sdk.configuration import conf

from ec2_resize.preflight.check import Check, judge

OUTAGE = 60  # seconds without the API server
LONG_OUTAGE = 2 * OUTAGE
# A heartbeat that was just missed, the outage, and a client's last pause between two tries.
SILENCE = 90


def heartbeat_timeout() -> Check:
    """Tell whether the scheduler gives up a task that it does not hear of during an outage.

    `SchedulerJobRunner._find_task_instances_without_heartbeats` (airflow/jobs/scheduler_job_runner.py).
    """
    seconds = conf.getint("scheduler", "task_instance_heartbeat_timeout")
    return judge(
        "heartbeat timeout",
        f"a task that is silent for {seconds} s counts as dead",
        "A network that is cut for a minute would kill a stage: set [scheduler] "
        "task_instance_heartbeat_timeout to 120. A dead machine is then noticed that much later.",
        good=seconds >= SILENCE,
        otherwise="warning",
    )


def failed_heartbeats() -> Check:
    """Tell whether a task's supervisor kills it when the API server refuses connections.

    `_send_heartbeat_if_needed` and `_handle_heartbeat_failures` (airflow/sdk/execution_time/supervisor.py):
    it kills at the nth failure in a row, and these are at least the interval apart. The client tries each
    several times, which makes them later, but draws its pauses (`Client.request`, airflow/sdk/api/client.py).
    """
    most = conf.getint("workers", "max_failed_heartbeats")
    interval = conf.getint("workers", "min_heartbeat_interval")
    return judge(
        "failed heartbeats",
        f"{most} in a row kill a task, {interval} s apart or more",
        "An API server that refuses connections for a minute would kill a stage: set [workers] "
        "max_failed_heartbeats to 100 where its task runs.",
        good=(most - 1) * interval >= OUTAGE,
        otherwise="warning",
    )


def task_token() -> Check:
    """Tell whether a task's token, which is renewed late in its life, outlives an outage.

    `JWTReissueMiddleware` (airflow/api_fastapi/execution_api/app.py), in the API server: it renews the token
    of a request that comes when a fifth of its life, or 30 s, is left.
    """
    seconds = conf.getint("execution_api", "jwt_expiration_time")
    left = max(seconds // 5, 30)
    return judge(
        "task token",
        f"lives for {seconds} s, renewed when {left} s are left",
        "A stage whose token expires while the API server is away is killed when it is back: set "
        "[execution_api] jwt_expiration_time to 86400 for the API server.",
        good=left >= LONG_OUTAGE,
        otherwise="warning",
    )


def queued_timeout() -> Check:
    """Tell whether a task is left in the queue for long enough, and not for hours.

    The worker has reported before a task is queued for it, so the task leaves the queue within seconds, and
    a low value gains nothing. But the token with which it starts lives no longer than this value
    (`BaseWorkloadSchema.generate_token`, airflow/executors/workloads/base.py): it has to outlive an outage
    and the worker's longest pause after it, 90 s. A high value counts where the worker dies in between:
    Airflow queues the task twice more before it fails (`_maybe_requeue_stuck_ti`, scheduler_job_runner.py).
    """
    seconds = conf.getfloat("scheduler", "task_queued_timeout")
    return judge(
        "queued timeout",
        f"{seconds:g} s, three times",
        "Set [scheduler] task_queued_timeout to 180 to 1200: below it, the token of a task that an outage "
        "delays expires before it starts; above it, a task waits for hours where its worker has died.",
        good=180 <= seconds <= 1200,
        otherwise="warning",
    )


def worker_token() -> Check:
    """Tell whether the worker's process outlives an API server that hangs.

    Each request has a token that lives for `jwt_leeway` (edge3/cli/api_client.py). One that hung for longer
    is refused, which ends the process: nothing in `EdgeWorker.loop` (edge3/cli/worker.py) catches it.
    """
    seconds = conf.getint("api_auth", "jwt_leeway", fallback=30)
    return judge(
        "worker token",
        f"lives for {seconds} s",
        "An API server that hangs for a minute would end the worker: set [api_auth] jwt_leeway to 120 on the "
        "instance.",
        good=seconds >= SILENCE,
        otherwise="warning",
    )


def worker_patience() -> Check:
    """Tell whether the worker's process outlives an API server that refuses connections.

    What a request's last try says ends the process, too. Three variables of the environment say how often and
    how late it is tried (edge3/cli/api_client.py); the nth pause is drawn between the shortest and 2^(n-1) s
    or the longest, and what is counted here is its mean.
    """
    tries = int(_variable("API_RETRIES", "10"))
    shortest = float(_variable("API_RETRY_WAIT_MIN", "1"))
    longest = float(_variable("API_RETRY_WAIT_MAX", "90"))
    pauses = ((shortest + max(shortest, min(2.0**n, longest))) / 2 for n in range(tries - 1))
    seconds = sum(pauses)
    return judge(
        "worker patience",
        f"{tries} tries in about {seconds:.0f} s",
        "An API server that refuses connections for a minute would end the worker: set "
        "AIRFLOW__EDGE__API_RETRIES to 60 and AIRFLOW__EDGE__API_RETRY_WAIT_MAX to 5 on the instance.",
        good=seconds >= LONG_OUTAGE,
        otherwise="warning",
    )


def _variable(name: str, default: str) -> str:
    """Return what the Edge API's client reads from the environment, and from nowhere else."""
    beside = os.environ.get(f"AIRFLOW__WORKERS__{name}", default)
    return os.environ.get(f"AIRFLOW__EDGE__{name}", beside)
