"""The operator that brings an instance to the wanted type, from wherever it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook
from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
from airflow.providers.amazon.aws.utils.mixins import aws_template_fields
from airflow.sdk import Context
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from ec2_resize.errors import NO_SUCH_INSTANCE, AwsError, code_of, worth_another_look
from ec2_resize.instance import Instance, Step, next_step, read
from ec2_resize.progress import TRIES_PER_STEP, Progress
from ec2_resize.triggers import InstanceSettledTrigger, Wait

# Airflow fails a task that is resumed before the scheduler has noticed that the worker of its first half has
# ended, for which that worker may take a heartbeat: https://github.com/apache/airflow/issues/72716. Seen with
# 3.3.2 and a wait of 4.4 s at the default heartbeat of 5 s. AWS takes longer anyway, simulators do not.
EARLIEST_RESUME_SECONDS = conf.getint("workers", "min_heartbeat_interval") + 1

# How many looks EC2 gets to show a step before it is taken again: reads lag behind writes by seconds.
LOOKS_UNTIL_A_STEP_SHOWS = 3

# One attribute per ModifyInstanceAttribute: EC2 refuses more.
WRITES: dict[Step, Callable[[Any, str, str], object]] = {
    Step.STOP: lambda ec2, i, _: ec2.stop_instances(InstanceIds=[i]),
    Step.MODIFY: lambda ec2, i, new: ec2.modify_instance_attribute(InstanceId=i, InstanceType={"Value": new}),
    Step.START: lambda ec2, i, _: ec2.start_instances(InstanceIds=[i]),
}


class EC2ResizeInstanceOperator(AwsBaseOperator[EC2Hook]):
    """Bring an EC2 instance to the state *running on the wanted type, status checks passed*.

    It converges: it looks at the instance, takes the step that the present state asks for, and looks again,
    so it may start, crash, be retried or meet somebody else's changes at any point. An instance that is
    already right is only looked at. While EC2 needs time, the task is deferred and holds no worker slot.

    Args:
        instance_id: the instance (templated).
        instance_type: the type it shall run on (templated).
        poll_interval: seconds between two looks while waiting.
        timeout: seconds after which to give up, over all deferrals of one try.
        kwargs: of the provider's AWS operators: aws_conn_id, region_name, verify, botocore_config.

    Returns:
        What happened, as plain values: instance_id, type_before, type_after, state, started, finished,
        seconds, downtime_seconds, public_ip_before, public_ip_after.
    """

    aws_hook_class = EC2Hook
    template_fields: Sequence[str] = aws_template_fields("instance_id", "instance_type")

    def __init__(
        self,
        *,
        instance_id: str,
        instance_type: str,
        poll_interval: float = 5,
        timeout: float = 1800,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.instance_id = instance_id
        self.instance_type = instance_type
        self.poll_interval = poll_interval
        self.timeout = timeout

    @property
    def _hook_parameters(self) -> dict[str, Any]:
        return {**super()._hook_parameters, "api_type": "client_type"}

    def execute(self, context: Context) -> dict[str, Any]:
        """Start from whatever is there."""
        return self._converge(Progress(deadline=time.time() + self.timeout))

    def resume(self, context: Context, event: dict[str, Any], progress: dict[str, Any]) -> dict[str, Any]:
        """Go on when a wait is over."""
        if event["status"] != "success":
            raise AirflowException(event["message"])
        return self._converge(Progress(**progress))

    def on_kill(self) -> None:
        """Stop in the middle of whatever call is in flight.

        Airflow lets a task live up to 5 s after it was marked failed, while its teardown is already running:
        it must not go on to change the instance behind the teardown's back.
        """
        sys.exit(f"killed while resizing {self.instance_id}")

    def _converge(self, progress: Progress) -> dict[str, Any]:
        while True:
            now = self._look(progress)
            step = next_step(now, self.instance_type)
            self.log.info("%s; next: %s (%s)", now, step, progress)
            if step is Step.DONE:
                return self._result(now, progress)
            if step in {Step.GONE, Step.IMPAIRED}:
                self._give_up(now, step)
            wait = self._wait_after(progress)
            if not wait.is_over(now):
                self._defer(wait, progress)
            self._take(step, now, progress)

    def _look(self, progress: Progress) -> Instance:
        try:
            now = read(self.hook.conn, self.instance_id)
        except AwsError as error:
            if code_of(error) in NO_SUCH_INSTANCE:
                raise AirflowFailException(self._explain(error)) from error
            if not worth_another_look(error):
                raise AirflowException(self._explain(error)) from error
            self.log.warning("%s; looking again", self._explain(error))
            self._defer(self._wait_after(progress), progress)
        progress.saw(now)
        return now

    def _take(self, step: Step, now: Instance, progress: Progress) -> None:
        if progress.take(step) > TRIES_PER_STEP:
            raise AirflowException(f"Gave up after {TRIES_PER_STEP} times '{step}': {now}")
        try:
            WRITES[step](self.hook.conn, self.instance_id, self.instance_type)
        except AwsError as error:
            if not worth_another_look(error):
                raise AirflowException(f"{self._explain(error)} {now}.") from error
            self.log.warning("%s; looking whether '%s' worked", self._explain(error), step)

    def _wait_after(self, progress: Progress) -> Wait:
        return Wait(
            instance_id=self.instance_id,
            wanted_type=self.instance_type,
            starts_at=time.time() + EARLIEST_RESUME_SECONDS,
            ends_at=progress.deadline,
            poll_interval=self.poll_interval,
            taken=progress.step,
            taken_shows_by=progress.step_at + LOOKS_UNTIL_A_STEP_SHOWS * self.poll_interval,
        )

    def _defer(self, wait: Wait, progress: Progress) -> NoReturn:
        if progress.remaining <= 0:
            raise AirflowException(f"{self.instance_id} did not get ready within {self.timeout:.0f} s.")
        self.defer(
            trigger=InstanceSettledTrigger(asdict(wait), self._hook_parameters),
            method_name=self.resume.__name__,
            kwargs={"progress": asdict(progress)},
            # The trigger ends by itself, and says more. This is for a triggerer that is not running.
            timeout=timedelta(seconds=progress.remaining + 60),
        )

    def _give_up(self, now: Instance, step: Step) -> NoReturn:
        region = self.hook.conn_region_name
        if step is Step.GONE:
            raise AirflowFailException(
                f"{now} in {region}: it cannot come back. Name another instance, or make one from its backup."
            )
        raise AirflowException(
            f"{now} in {region}. Look at its system log (aws ec2 get-console-output), or retry: a stop and a "
            f"start move it to other hardware."
        )

    def _explain(self, error: Exception) -> str:
        """What AWS said, about which instance and where, and what to do where that is known."""
        text = f"{self.instance_id} in {self.hook.conn_region_name}: {error}"
        if code_of(error) in NO_SUCH_INSTANCE:
            return f"{text}. Check the id, and the region and the account of connection '{self.aws_conn_id}'."
        return text

    def _result(self, now: Instance, progress: Progress) -> dict[str, Any]:
        self.log.info("public IP %s -> %s", progress.public_ip_before, now.public_ip)
        self.log.info("private IP %s -> %s", progress.private_ip_before, now.private_ip)
        return {
            "instance_id": now.instance_id,
            "type_before": progress.type_before,
            "type_after": now.type,
            "state": now.state,
            "started": datetime.fromtimestamp(progress.started, UTC).isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(progress.elapsed, 1),
            "downtime_seconds": round(progress.downtime, 1),
            "public_ip_before": progress.public_ip_before,
            "public_ip_after": now.public_ip,
        }
