"""The guard: which instances have been left big or stopped, and who is told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from ec2_instance.alert import send_unsent
from ec2_instance.holder import RunIdentity
from ec2_instance.installation import installation
from include.settings import settings
from tier1_tasks import defaults, looking
from tier1_tasks.form import small_types
from tier1_tasks.leasing import LEASE
from tier1_tasks.names import AWS, INSTALLATION, UNSENT_PAGES
from tier1_tasks.resizing import downsize_left, pages
from tier1_tasks.what_to_do import say_what_to_do

if TYPE_CHECKING:
    from ec2_instance.holder import Holder

log = logging.getLogger("tier1")

SCHEDULE = "*/10 * * * *"
MACROS = {"installation": lambda: installation(INSTALLATION)}


def tell_leased(_: Mapping[str, Any]) -> str:
    """Tell a person which instances are leased, and by whom."""
    leased = LEASE.leased_instances(looking.aws().brief_ec2)
    return "; ".join(f"{instance}, {holder}" for instance, holder in leased) or "none is leased"


PAGES = [say_what_to_do, *pages("TIER 1: an instance was left big or stopped", look=tell_leased)]


@task(execution_timeout=timedelta(minutes=5), on_failure_callback=PAGES, **defaults.TRY_TWICE_MORE)
def find(ti: Any) -> list[dict[str, Any]]:
    """Find the instances that are leased and no longer needed; return what the resize of each is told."""
    left = []
    for instance, holder in LEASE.leased_instances(looking.aws().patient_ec2):
        needed = is_needed(holder, ti)
        log.info("%s, %s: %s", instance, holder, "needed" if needed else "not needed any more")
        if not needed:
            types = small_types(holder.base_type or settings().base_type)
            left.append(
                {
                    "instance_id": instance.instance_id,
                    "instance_type": types[0],
                    "fallback_types": types,
                    "lease_instead_of": asdict(holder.who),
                }
            )
    return left


def is_needed(holder: Holder, ti: Any) -> bool:
    """Tell whether the run that has leased an instance still needs it as it is."""
    if not is_of_this_airflow(holder.who):
        return holder.is_live
    states = states_of(holder.who, ti)
    return waits_for_aws(states) or (holder.is_live and not has_ended(holder.who, states, ti))


def is_of_this_airflow(who: RunIdentity) -> bool:
    """Tell whether this Airflow can be asked about the run."""
    return who.owner == installation(INSTALLATION)


def states_of(who: RunIdentity, ti: Any) -> set[str | None]:
    """Return the states of the run's tasks; none of a run that is not known."""
    return set(ti.get_task_states(dag_id=who.dag, run_ids=[who.run]).get(who.run, {}).values())


def waits_for_aws(states: set[str | None]) -> bool:
    """Tell whether a task is deferred: nothing renews the lease then, and Airflow ends too long a wait."""
    return "deferred" in states


def has_ended(who: RunIdentity, states: set[str | None], ti: Any) -> bool:
    """Tell whether the run is over.

    One that is not known may be one that somebody restores, or of a database that was set back.
    """
    from airflow.utils.state import State

    unfinished = ti.get_dr_count(dag_id=who.dag, run_ids=[who.run], states=["queued", "running"])
    return bool(states) and not states & (State.unfinished - {None}) and not unfinished


def downsize(found: Any) -> Any:
    """Make each of these instances small."""
    return downsize_left(found, pre_execute=skip_what_is_needed_again, on_failure_callback=PAGES)


def skip_what_is_needed_again(context: Mapping[str, Any]) -> None:
    """Skip where somebody has cleared the run since `find` has looked.

    Where an earlier try of this task has taken the lease over, it goes on.
    """
    ti: Any = context["ti"]
    holder = LEASE.holder(looking.look(context["task"].instance_id))
    us = RunIdentity(ti.run_id, ti.dag_id, installation(INSTALLATION))
    if holder and not holder.is_run(us) and is_needed(holder, ti):
        raise AirflowSkipException(f"needed again: {holder}")


@task(on_failure_callback=PAGES)
def alarm(left: list[dict[str, Any]] | None) -> None:
    """Fail, to alert the operator, where something had to be done."""
    if left is None:
        raise AirflowFailException("The guard could not look for instances: see the log of find.")
    if not left:
        raise AirflowSkipException("No instance was left big or stopped.")
    raise AirflowFailException("; ".join(_what_was_left(**arguments) for arguments in left))


def _what_was_left(
    instance_id: str, instance_type: str, lease_instead_of: Mapping[str, str], **_: Any
) -> str:
    return (
        f"{instance_id} was left by run {lease_instead_of['run']}: see the log of downsize, and find out why "
        f"that run did not make it {instance_type} again. If that run is still shown as running, mark it "
        "failed: it holds up all later ones"
    )


@task(execution_timeout=timedelta(minutes=5))
def send_pages() -> None:
    """Tell people what they could not be told when it happened."""
    if still := send_unsent(AWS, UNSENT_PAGES):
        raise AirflowFailException(
            f"Not sent, tried again in ten minutes: {'; '.join(still)}. Check the topic, and the credentials "
            f"of connection '{AWS}'. To give a page up, delete its Variable."
        )
