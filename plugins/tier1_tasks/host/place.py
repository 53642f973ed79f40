"""Whether this host may compute: it is the instance, or named beside it, and no stage can go elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from ec2_instance.metadata import Identity, NotOnEc2Error, identity
from ec2_instance.reading import Instance
from ec2_resize.preflight.check import Check, judge
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.form import RunParams
from tier1_tasks.host import same_code
from tier1_tasks.host.placement import MORE_HOSTS, has_worker
from tier1_tasks.host.wanted import Wanted
from tier1_tasks.host.workers import WorkersUnknownError
from tier1_tasks.planned import expected_of

OR_NAME_IT = "Is it to compute, too? Name it in TIER1_MORE_HOSTS."


def place(host_name: str, wanted: Wanted) -> Iterator[Check]:
    """Check that this is the instance, that it is as big as decided, and that no stage can go elsewhere."""
    instance_id = wanted.run.instance_id
    if wanted.instance is None:
        found = f"the stages run with Airflow on {host_name}, not on {instance_id}"
        what_to_do = "To run them there, set TIER1_STAGE_QUEUE: now the instance is paid for, and idles."
        yield judge("this host", found, what_to_do, good=not wanted.resizes, otherwise="warning")
        return
    if name := named_host(host_name, wanted):
        found = f"{name}, of TIER1_MORE_HOSTS, not {instance_id}"
        yield Check(
            "this host", "ok", found, "Each task of a stage looks at its own host before it computes."
        )
    else:
        yield from _is_instance(wanted, wanted.instance)
    yield _queue(wanted)
    if MORE_HOSTS and wanted.workers:  # of Celery's nobody tells
        yield _listening(wanted)


def require_host(run: RunParams, ti: Any) -> str:
    """Return the name of the host that computes; refuse where it may not, or has other code than Airflow."""
    if not has_worker():
        return socket.gethostname()
    name = _name_here()
    if name != run.instance_id and name not in MORE_HOSTS:
        raise AirflowFailException(
            f"This is {name}, not {run.instance_id}: another worker listens on its queue. Stop that "
            f"worker, or give it another queue. {OR_NAME_IT} {CLEAR_AGAIN}"
        )
    if MORE_HOSTS:  # verify_host has looked at one of them
        same_code.require_same(name, expected_of(ti))
    return name


def named_host(host_name: str, wanted: Wanted) -> str:
    """Return the name of this host where it is one of those beside the instance; else empty."""
    name = host_name
    if MORE_HOSTS:
        with suppress(NotOnEc2Error):
            name = identity().instance_id
    return name if name in MORE_HOSTS and name != wanted.run.instance_id else ""


def _name_here() -> str:
    """Return the id of this instance, or the name of a host that is none."""
    try:
        return identity().instance_id
    except NotOnEc2Error as error:
        if (name := socket.gethostname()) in MORE_HOSTS:
            return name
        raise AirflowFailException(str(error)) from error


def _is_instance(wanted: Wanted, instance: Instance) -> Iterator[Check]:
    instance_id = wanted.run.instance_id
    try:
        here = identity()
    except NotOnEc2Error as error:
        what_to_do = f"Let the worker on {instance_id} alone listen on queue {wanted.queue}. {OR_NAME_IT}"
        yield Check("this host", "failed", str(error), what_to_do)
        return
    what_to_do = (
        f"The worker here would compute what {instance_id} is paid for: stop it, or give it another queue, "
        f"and see that the worker on {instance_id} runs. {OR_NAME_IT}"
    )
    found = f"{here.instance_id} in {here.region}"
    yield judge("this host", found, what_to_do, good=here.instance_id == instance_id)
    yield _type(here, instance, wanted)


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
    named = {wanted.run.instance_id, *MORE_HOSTS}
    others = [
        worker
        for worker in wanted.workers
        if worker.name not in named and worker.is_live and worker.listens_on(wanted.queue)
    ]
    found = f"also {', '.join(map(str, others))}" if others else "nobody else"
    what_to_do = (
        f"A stage could go there: stop it, or give it another queue than {wanted.queue} (the worker on the "
        f"instance is named by its id: airflow edge worker -q {wanted.queue} -H {wanted.run.instance_id}). "
        f"{OR_NAME_IT}"
    )
    return judge("queue", found, what_to_do, good=not others)


def _listening(wanted: Wanted) -> Check:
    """Check that the instance and those that are named beside it take their shards."""
    if isinstance(wanted.workers, WorkersUnknownError):
        return Check("more hosts", "warning", "not checked", "See under queue.")
    here = {it.name for it in wanted.workers if it.is_live and it.listens_on(wanted.queue)}
    missing = [name for name in (wanted.run.instance_id, *MORE_HOSTS) if name not in here]
    found = f"no worker {', '.join(missing)}" if missing else ", ".join(MORE_HOSTS)
    what_to_do = (
        "The others compute its shards, one after another: start it (airflow edge worker -q "
        f"{wanted.queue} -H with this name), or take it out of TIER1_MORE_HOSTS."
    )
    return judge("more hosts", found, what_to_do, good=not missing, otherwise="warning")
