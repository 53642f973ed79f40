"""
# The guard of TIER 1

Every ten minutes: is there an instance under the lease of a run that no longer needs it? Then make it small,
and be red, so that somebody looks.

A run makes its instance small by itself, whatever happens in it. This is for runs that end where no task can
run any more: their DAG was paused, they were deleted, Airflow was down. An instance is left alone

* while a task of its run is running or waiting, and
* while its run has not ended and its lease has not expired; every stage renews the lease, and
* while it is leased by another Airflow, until that lease has expired, and
* when it has no lease: then no run of ours has made it big.
"""  # noqa: D212, D415 - Markdown: Airflow shows it as the DAG's documentation

# TaskFlow fills in the context's arguments, and `a >> b` is a statement
# pyright: reportCallIssue=false, reportUnusedExpression=false

import logging
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, TriggerRule, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from ec2_resize.alert import page
from ec2_resize.dead_man import DeadManSwitch
from ec2_resize.ladder import as_types
from ec2_resize.lease import Lease
from ec2_resize.operators import EC2ResizeInstanceOperator
from include.settings import settings

log = logging.getLogger("tier1")

S = settings()
AWS = "aws_default"
GUARDED = "tier1"
LEASE = Lease(
    S.lease_minutes,
    DeadManSwitch(S.dead_man_scheduler_role_arn, S.dead_man_automation_role_arn, S.dead_man_document)
    if S.dead_man_document
    else None,
)
PAGE = page(S.alert_topic_arn, "TIER 1: an instance was left big or stopped", AWS)


def is_needed(holder: Any, ti: Any) -> bool:
    """Whether the run that has leased an instance still needs it as it is."""
    from ec2_resize.lease import this_airflow

    if holder.owner and holder.owner != this_airflow():
        return holder.is_live
    states = ti.get_task_states(dag_id=GUARDED, run_ids=[holder.run]).get(holder.run, {})
    if {"running", "deferred"} & set(states.values()):
        return True
    unfinished = ti.get_dr_count(dag_id=GUARDED, run_ids=[holder.run], states=["queued", "running"])
    return bool(unfinished) and holder.is_live


def patient_ec2() -> Any:
    """A client for looking."""
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

    from ec2_resize.clients import Clients

    return Clients(EC2Hook(aws_conn_id=AWS, api_type="client_type")).patient_ec2


def skip_what_is_needed_again(context: Any) -> None:
    """Somebody may have cleared the run since `find` has looked."""
    from ec2_resize.instance import read

    holder = read(patient_ec2(), context["task"].instance_id).holder
    if holder and is_needed(holder, context["ti"]):
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
    default_args={"retries": 0},
):

    @task(
        execution_timeout=timedelta(minutes=5),
        retries=2,
        retry_delay=timedelta(seconds=30),
        on_failure_callback=PAGE,
    )
    def find(ti: Any) -> list[dict[str, Any]]:
        """The instances that are leased and no longer needed, as what to do about each."""
        from ec2_resize.lease import leased_instances

        left = []
        for instance, holder in leased_instances(patient_ec2()):
            needed = is_needed(holder, ti)
            log.info("%s, %s: %s", instance, holder, "needed" if needed else "not needed any more")
            if not needed:
                base_type = holder.base_type or S.base_type
                left.append(
                    {
                        "instance_id": instance.instance_id,
                        "instance_type": base_type,
                        "fallback_types": [base_type, *as_types(S.base_equivalents)],
                        "lease_instead_of": holder.run,
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
                f"{it['instance_id']} was left by run {it['lease_instead_of']}: see the log of downsize, "
                f"and find out why that run did not make it {it['instance_type']} again"
                for it in left
            )
        )

    found = find()
    downsize = EC2ResizeInstanceOperator.partial(
        task_id="downsize",
        patience=S.work_patience_minutes * 60,
        fallback_patience=S.work_patience_minutes * 60,
        lease=LEASE,
        aws_conn_id=AWS,
        poll_interval=S.ec2_poll_seconds,
        timeout=S.resize_timeout_minutes * 60,
        execution_timeout=timedelta(minutes=S.resize_timeout_minutes),
        pre_execute=skip_what_is_needed_again,
        on_failure_callback=PAGE,
    ).expand_kwargs(found)
    downsize >> alarm(found)
