"""The resizes: the same converging operator, up for the work, down for the run, down for the guard."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from ec2_instance.alert import page
from ec2_instance.errors import AwsError, error_text
from ec2_instance.holder import RunIdentity
from ec2_resize.operator import EC2ResizeInstanceOperator
from include.settings import WhenToResize, settings
from tier1_tasks import defaults, looking
from tier1_tasks.form import RunParams
from tier1_tasks.gates import require_downsize_to_come
from tier1_tasks.leasing import LEASE
from tier1_tasks.names import AWS, DOWNSIZE, GUARD_ID, UNSENT_PAGES, UPSIZE
from tier1_tasks.planned import choice_of
from tier1_tasks.what_to_do import say_what_to_do

log = logging.getLogger("tier1")

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
BASE_TYPE = "{{ params.base_type }}"

pages = partial(
    page,
    S.alert_topic_arn,
    aws_conn_id=AWS,
    kept_as=UNSENT_PAGES,
    guard=GUARD_ID,
    look=looking.tell_instance,
)


class ResizeOperator(EC2ResizeInstanceOperator):
    """A resize of the run; where it was decided to do without, it touches nothing.

    Except for what an earlier try of the same run has left: where the instance bears this run's lease, it is
    made small, by whichever of the two comes first.
    """

    def execute(self, context: Context) -> Any:
        """Resize, or say why not."""
        ti: Any = context.get("ti")
        choice = choice_of(ti)
        if choice.resizes:
            return super().execute(context)
        if self._was_left_by_us(ti):
            log.warning(
                "No resize: %s. An earlier try has leased %s: it becomes small.", choice.why, self.instance_id
            )
            return super().execute(context)
        return self._touch_nothing(f"No resize: {choice.why}. This run does not touch {self.instance_id}.")

    def _was_left_by_us(self, ti: Any) -> bool:
        """Tell whether an earlier try of this run has leased the instance.

        Not to know that is an error, which is worth another try. A run that is told never to resize has to
        do without AWS: the guard finds what it has left if it was told otherwise before.
        """
        never = RunParams.of(ti.get_template_context()["params"]).resize is WhenToResize.NEVER
        ours = RunIdentity(self.lease_run, self.lease_dag, self.lease_owner)
        try:
            return looking.is_leased_by(ours, self.instance_id, brief=never)
        except AwsError as error:
            why = f"Cannot read whether an earlier try has left {self.instance_id} big: {error_text(error)}"
            if not never:
                raise AirflowException(why) from error
            log.warning("%s", why)
            return False

    def _touch_nothing(self, why: str) -> None:
        raise AirflowSkipException(why)


class UpsizeOperator(ResizeOperator):
    """The way up."""

    def _was_left_by_us(self, ti: Any) -> bool:
        """Tell it without a look where there was no earlier try."""
        return ti.try_number > 1 and super()._was_left_by_us(ti)

    def _touch_nothing(self, why: str) -> None:
        """Succeed: with a setup that is skipped, Airflow skips all between it and its teardown."""
        log.info("%s", why)


def upsize(**kwargs: Any) -> EC2ResizeInstanceOperator:
    """Make the instance big. Refuse where no downsize would follow."""
    return UpsizeOperator(
        task_id=UPSIZE,
        doc_md="Stops the instance, makes it the first of `work_type` that AWS has, and starts it, under a "
        "lease. Succeeds at once where it was decided not to resize.",
        instance_type=f"{{% if resizes(ti) %}}{WORK_TYPES}{{% else %}}{BASE_TYPE}{{% endif %}}",
        patience=S.work_patience_minutes,
        pre_execute=require_downsize_to_come,
        **COMMON,
        **OF_THE_RUN,
        **defaults.KEEP_TRYING,
        **kwargs,
    )


def downsize() -> EC2ResizeInstanceOperator:
    """Make the instance small again, and page a person where that fails."""
    return ResizeOperator(
        task_id=DOWNSIZE,
        doc_md="Makes the instance `base_type` again, whatever has happened before; where AWS has none, "
        "one of its size, else stopped. Skipped where the run has not made it big.",
        instance_type=BASE_TYPE,
        patience=S.base_patience_minutes,
        on_retry_callback=pages("TIER 1: {instance_id} is not small yet: downsize is tried again"),
        on_failure_callback=[say_what_to_do, *pages("TIER 1: {instance_id} may not be small")],
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
