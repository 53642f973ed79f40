"""Check that Airflow's configuration lets a stage work for many hours, and keeps its worker in its place.

Some options count in the control plane, where `preflight` looks at them; others on the worker, where
`verify_host` does. Both see the configuration of the process that they run in: whoever configures API
server, scheduler and triggerer in different ways has to compare by himself.

The checks are in `outages.py`, `executors.py` and `exposure.py`. What they say of Airflow was read in 3.3.2
and in edge3 5.1.0, at the places that they name.
"""

from ec2_resize.preflight.check import Check
from tier1_tasks.host import executors, exposure, outages
from tier1_tasks.host.placement import MORE_HOSTS, ON_THE_INSTANCE, has_worker, is_celery, is_edge


def on_control_plane() -> list[Check]:
    """Check what scheduler and API server do; without a worker, also what a stage's supervisor does."""
    checks = [outages.heartbeat_timeout(), outages.task_token()]
    if is_celery():
        checks.append(executors.redelivery())
    if MORE_HOSTS and not has_worker():
        checks.append(executors.idle_hosts())
    if not ON_THE_INSTANCE:
        return [*checks, outages.failed_heartbeats()]
    checks += [executors.stage_executor(), outages.queued_timeout()]
    if is_edge():
        checks += [executors.edge_api(), exposure.signing_key(), *exposure.encryption()]
    return checks


def on_worker() -> list[Check]:
    """Check what counts on the worker of the instance; nothing where there is none."""
    if not has_worker():
        return []
    checks = [outages.failed_heartbeats()]
    if is_edge():
        checks += [outages.worker_token(), outages.worker_patience(), executors.slots()]
        checks += exposure.encryption()
    return checks
