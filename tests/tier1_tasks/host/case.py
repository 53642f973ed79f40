"""A host that is all well, to be spoilt by a test."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ec2_instance.reading import Instance
from include.code import Code
from tests.ec2.simulator import TRILLIUM, WORK
from tier1_tasks.form import PARAMS, RunParams
from tier1_tasks.host.this_host import Host
from tier1_tasks.host.wanted import Wanted
from tier1_tasks.host.workers import Worker

QUEUE = "tier1"
CODE = Code("a" * 64, {"python": "3.11", "numpy": "2.4.1"})
HOST = Host("ip-10-0-0-1", 32, 64 * 1024, {"/airflow": 5_000_000_000, "/tmp": 5_000_000_000}, CODE)  # noqa: S108
OWN = Worker(TRILLIUM, [QUEUE], "running", None)


def params(**changed: Any) -> dict[str, Any]:
    return {name: param.value for name, param in PARAMS.items()} | changed


def wanted(
    instance_id: str = TRILLIUM,
    instance_type: str = WORK,
    queue: str = QUEUE,
    workers: Sequence[Worker] = (OWN,),
    **changed: Any,
) -> Wanted:
    run = RunParams.of(params(instance_id=instance_id))
    instance = Instance(instance_id, instance_type, "running") if queue else None
    it = Wanted(run=run, resizes=True, instance=instance, code=CODE, queue=queue, workers=workers)
    return replace(it, **changed)
