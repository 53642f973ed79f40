"""Whether this host is the instance, and the only one that the stages can come to."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from airflow.sdk.exceptions import AirflowFailException

from ec2_instance.metadata import Identity, NotOnEc2Error, identity
from ec2_instance.reading import Instance
from ec2_resize.preflight.check import Check, judge
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.form import RunParams
from tier1_tasks.host.placement import has_worker
from tier1_tasks.host.wanted import Wanted
from tier1_tasks.host.workers import WorkersUnknownError


def place(host_name: str, wanted: Wanted) -> Iterator[Check]:
    """Check that this is the instance, that it is as big as decided, and that no stage can go elsewhere."""
    instance_id = wanted.run.instance_id
    if wanted.instance is None:
        found = f"the stages run with Airflow on {host_name}, not on {instance_id}"
        what_to_do = "To run them there, set TIER1_STAGE_QUEUE: now the instance is paid for, and idles."
        yield judge("this host", found, what_to_do, good=not wanted.resizes, otherwise="warning")
        return
    try:
        here = identity()
    except NotOnEc2Error as error:
        what_to_do = f"Let the worker on {instance_id} alone listen on queue {wanted.queue}."
        yield Check("this host", "failed", str(error), what_to_do)
    else:
        yield _this_host(here, wanted)
        yield _type(here, wanted.instance, wanted)
    yield _queue(wanted)


def require_instance(run: RunParams) -> str:
    """Return the name of the host that computes; refuse where the instance's worker has not got the task."""
    if not has_worker():
        return socket.gethostname()
    try:
        here = identity()
    except NotOnEc2Error as error:
        raise AirflowFailException(str(error)) from error
    if here.instance_id != run.instance_id:
        raise AirflowFailException(
            f"This is {here.instance_id}, not {run.instance_id}: another worker listens on its queue. Stop "
            f"that worker, or give it another queue. {CLEAR_AGAIN}"
        )
    return here.instance_id


def _this_host(here: Identity, wanted: Wanted) -> Check:
    instance_id = wanted.run.instance_id
    what_to_do = (
        f"The worker here would compute what {instance_id} is paid for: stop it, or give it another queue, "
        f"and see that the worker on {instance_id} runs."
    )
    found = f"{here.instance_id} in {here.region}"
    return judge("this host", found, what_to_do, good=here.instance_id == instance_id)


def _type(here: Identity, instance: Instance, wanted: Wanted) -> Check:
    run = wanted.run
    if here.type == instance.type:
        what_to_do = f"The stages need {run.work_types_text}. {CLEAR_AGAIN}"
        return judge("type", here.type, what_to_do, good=not wanted.resizes or here.type in run.work_types)
    found = f"{here.type} by its metadata service, {instance.type} by EC2"
    what_to_do = "Its type has just been changed, or this is another instance: see who else resizes it."
    return Check("type", "failed", found, what_to_do)


def _queue(wanted: Wanted) -> Check:
    if isinstance(wanted.workers, WorkersUnknownError):
        what_to_do = f"See in Airflow, under Edge workers, that nobody else listens on queue {wanted.queue}."
        return Check("queue", "warning", f"not checked: {wanted.workers}", what_to_do)
    others = [
        worker
        for worker in wanted.workers
        if worker.name != wanted.run.instance_id and worker.is_live and worker.listens_on(wanted.queue)
    ]
    found = f"also {', '.join(map(str, others))}" if others else "nobody else"
    what_to_do = (
        f"A stage could go there: stop it, or give it another queue than {wanted.queue} (the worker on the "
        f"instance is named by its id: airflow edge worker -q {wanted.queue} -H {wanted.run.instance_id})."
    )
    return judge("queue", found, what_to_do, good=not others)
