"""
# The guard of TIER 1

Every ten minutes: is there an instance under the lease of a run that no longer needs it? Then make it small,
and be red, so that somebody looks.

A run makes its instance small by itself, whatever happens in it. This is for runs that end where no task can
run any more: their DAG was paused, they were deleted, Airflow was down. An instance is left alone

* while its lease has not expired, unless its run is one of this Airflow's and has ended; whatever works on
  the instance renews the lease, so that a task that only seems to run does not count, and
* while a task of its run waits for AWS: Airflow ends that wait, and
* when it has no lease: then no run has made it big.

It also sends what people could not be told earlier.
"""  # noqa: D212, D415 - Markdown: Airflow shows it as the DAG's documentation

# TaskFlow fills in the context's arguments, and `a >> b` is a statement
# pyright: reportCallIssue=false, reportUnusedExpression=false

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from ec2_instance.alert import page, send_unsent
from ec2_instance.dead_man import DeadManSwitch
from ec2_instance.holder import Tags
from ec2_instance.lease import Lease
from ec2_resize.ladder import as_types
from ec2_resize.operator import EC2ResizeInstanceOperator
from include.settings import settings

log = logging.getLogger("tier1")

S = settings()
AWS = "aws_default"
GUARD, UNSENT = "tier1_guard", "tier1_unsent_page_"
LEASE = Lease(
    Tags("tier1"),
    timedelta(minutes=S.lease_minutes),
    DeadManSwitch(S.dead_man_scheduler_role_arn, S.dead_man_automation_role_arn, S.dead_man_document, "tier1")
    if S.dead_man_document
    else None,
    guard=GUARD,
)
INSTALLATION = "tier1_installation"
# Above all other DAGs: where slots are scarce, what ends the costs must not wait behind what does not.
FIRST: dict[str, Any] = {"priority_weight": 1_000_001, "weight_rule": "absolute"}
TRY_AGAIN: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
}  # in ten minutes it looks anew
UNFINISHED = {"deferred", "queued", "restarting", "running", "scheduled", "up_for_reschedule", "up_for_retry"}


def is_needed(holder: Any, ti: Any) -> bool:
    """Whether the run that has leased an instance still needs it as it is."""
    from ec2_instance.installation import installation

    who = holder.who
    if who.owner != installation(INSTALLATION):
        return holder.is_live
    states = set(ti.get_task_states(dag_id=who.dag, run_ids=[who.run]).get(who.run, {}).values())
    if "deferred" in states:
        return True  # Airflow itself ends a wait that lasts too long, and there is nothing to renew a lease
    # A run that is not known may be one that somebody restores, or of a database that was set back.
    has_ended = bool(states) and not states & UNFINISHED and not _is_unfinished(who, ti)
    return holder.is_live and not has_ended


def _is_unfinished(who: Any, ti: Any) -> bool:
    return bool(ti.get_dr_count(dag_id=who.dag, run_ids=[who.run], states=["queued", "running"]))


def patient_ec2() -> Any:
    """A client for looking."""
    from ec2_instance.clients import Clients

    return Clients(ec2_hook()).patient_ec2


def ec2_hook() -> Any:
    """The provider's hook, made to give a client."""
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

    return EC2Hook(aws_conn_id=AWS, api_type="client_type")


def seen(_: Any) -> str:
    """Every leased instance, for a page."""
    from ec2_instance.clients import Clients

    found = LEASE.leased_instances(Clients(ec2_hook()).brief_ec2)
    return "; ".join(f"{instance}, {holder}" for instance, holder in found) or "none is leased"


PAGE = page(S.alert_topic_arn, "TIER 1: an instance was left big or stopped", AWS, UNSENT, GUARD, seen)


def skip_what_is_needed_again(context: Any) -> None:
    """Somebody may have cleared the run since `find` has looked; an earlier try has taken the lease over."""
    from ec2_instance.holder import RunIdentity
    from ec2_instance.installation import installation
    from ec2_instance.reading import read

    ti, holder = context["ti"], LEASE.holder(read(patient_ec2(), context["task"].instance_id))
    us = RunIdentity(ti.run_id, ti.dag_id, installation(INSTALLATION))
    if holder and not holder.is_run(us) and is_needed(holder, ti):
        raise AirflowSkipException(f"needed again: {holder}")


with DAG(
    dag_id="tier1_guard",
    doc_md=__doc__,
    description="Makes an instance small that a run has left big",
    schedule="*/10 * * * *",
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["tier1"],
    default_args={"retries": 0, **FIRST},
):

    @task(execution_timeout=timedelta(minutes=5), on_failure_callback=PAGE, **TRY_AGAIN)
    def find(ti: Any) -> list[dict[str, Any]]:
        """The instances that are leased and no longer needed, as what to do about each."""
        left = []
        for instance, holder in LEASE.leased_instances(patient_ec2()):
            needed = is_needed(holder, ti)
            log.info("%s, %s: %s", instance, holder, "needed" if needed else "not needed any more")
            if not needed:
                base_type = holder.base_type or S.base_type
                left.append(
                    {
                        "instance_id": instance.instance_id,
                        "instance_type": base_type,
                        "fallback_types": [base_type, *as_types(S.base_equivalents)],
                        "lease_instead_of": asdict(holder.who),
                    }
                )
        return left

    @task(trigger_rule=TriggerRule.ALL_DONE, on_failure_callback=PAGE)
    def alarm(left: list[dict[str, Any]] | None) -> None:
        """Be red where something had to be done."""
        if left is None:
            raise AirflowFailException("The guard could not look: see the log of find.")
        if not left:
            raise AirflowSkipException("nothing was left big or stopped")
        raise AirflowFailException(
            "; ".join(
                f"{it['instance_id']} was left by run {it['lease_instead_of']['run']}: see the log of "
                f"downsize, and find out why that run did not make it {it['instance_type']} again. If it is "
                "still shown as running, mark it failed: it holds up all later ones"
                for it in left
            )
        )

    @task(execution_timeout=timedelta(minutes=5))
    def send_pages() -> None:
        """Tell people what they could not be told when it happened."""
        if still := send_unsent(AWS, UNSENT):
            raise AirflowFailException(
                f"Not sent, tried again in ten minutes: {'; '.join(still)}. Check the topic, and the "
                f"credentials of connection '{AWS}'. To give a page up, delete its Variable."
            )

    send_pages()
    found = find()
    downsize = EC2ResizeInstanceOperator.partial(
        task_id="downsize",
        patience=timedelta(minutes=S.work_patience_minutes),
        fallback_patience=timedelta(minutes=S.work_patience_minutes),
        lease=LEASE,
        installation_variable=INSTALLATION,
        aws_conn_id=AWS,
        poll_interval=S.ec2_poll_seconds,
        timeout=timedelta(minutes=S.resize_timeout_minutes),
        execution_timeout=timedelta(minutes=S.resize_timeout_minutes),
        pre_execute=skip_what_is_needed_again,
        on_failure_callback=PAGE,
        **TRY_AGAIN,
    ).expand_kwargs(found)
    downsize >> alarm(found)
