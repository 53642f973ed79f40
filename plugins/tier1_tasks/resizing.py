"""The resizes: the same converging operator, up for the work, down for the run, down for the guard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ec2_instance.alert import page
from ec2_resize.operator import EC2ResizeInstanceOperator
from include.settings import settings
from tier1_tasks import defaults, looking
from tier1_tasks.gates import require_downsize_to_come
from tier1_tasks.leasing import LEASE
from tier1_tasks.names import AWS, DOWNSIZE, GUARD_ID, UNSENT_PAGES, UPSIZE

S = settings()

# what both directions, and the guard, have in common
COMMON: dict[str, Any] = {
    "fallback_patience": S.work_patience_minutes,
    "lease": LEASE,
    "aws_conn_id": AWS,
    "poll_interval": S.ec2_poll_seconds.total_seconds(),
    "timeout": S.resize_timeout_minutes,
    "execution_timeout": S.resize_timeout_minutes,
}
# templates, filled in from the run that the task belongs to (tier1_tasks.planned.MACROS)
OF_THE_RUN: dict[str, Any] = {
    "instance_id": "{{ params.instance_id }}",
    "fallback_types": "{{ run(params).small_types | join(',') }}",
    "lease_owner": "{{ identity(ti).owner }}",
}
WORK_TYPES = "{{ run(params).work_types | join(',') }}"

pages = partial(
    page,
    S.alert_topic_arn,
    aws_conn_id=AWS,
    kept_as=UNSENT_PAGES,
    guard=GUARD_ID,
    look=looking.tell_instance,
)


def upsize(**kwargs: Any) -> EC2ResizeInstanceOperator:
    """Make the instance big. Refuse where no downsize would follow."""
    return EC2ResizeInstanceOperator(
        task_id=UPSIZE,
        instance_type=WORK_TYPES,
        patience=S.work_patience_minutes,
        pre_execute=require_downsize_to_come,
        **COMMON,
        **OF_THE_RUN,
        **defaults.KEEP_TRYING,
        **kwargs,
    )


def downsize() -> EC2ResizeInstanceOperator:
    """Make the instance small again, and page a person where that fails."""
    return EC2ResizeInstanceOperator(
        task_id=DOWNSIZE,
        instance_type="{{ params.base_type }}",
        patience=S.base_patience_minutes,
        on_retry_callback=pages("TIER 1: {instance_id} is not small yet: downsize is tried again"),
        on_failure_callback=pages("TIER 1: {instance_id} may not be small"),
        **COMMON,
        **OF_THE_RUN,
        **defaults.KEEP_TRYING,
    )


def downsize_left(found: Any, pre_execute: Callable[..., None], on_failure_callback: Any) -> Any:
    """Make each instance small that the guard has found."""
    return EC2ResizeInstanceOperator.partial(
        task_id=DOWNSIZE,
        patience=S.work_patience_minutes,
        lease_owner="{{ installation() }}",
        pre_execute=pre_execute,
        on_failure_callback=on_failure_callback,
        **COMMON,
        **defaults.TRY_TWICE_MORE,
    ).expand_kwargs(found)
