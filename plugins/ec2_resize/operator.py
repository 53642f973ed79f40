"""The operator that brings an instance to the wanted type, from wherever it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from ec2_instance.clients import Clients
from ec2_instance.errors import (
    NO_SUCH_INSTANCE,
    AwsError,
    answers,
    code_of,
    error_text,
    is_about_credentials,
    may_be_granted_later,
    took_no_effect,
    worth_another_look,
)
from ec2_instance.holder import Holder, RunIdentity
from ec2_instance.installation import installation
from ec2_instance.lease import Lease, LeasedError
from ec2_instance.reading import Instance, read
from ec2_resize.convergence import Goal, Step, next_step
from ec2_resize.ladder import Ladder, as_types
from ec2_resize.progress import TRIES_PER_STEP, Progress
from ec2_resize.trigger import InstanceSettledTrigger, Wait

if TYPE_CHECKING:
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

# Airflow fails a task that is resumed before the scheduler has noticed that the worker of its first half has
# ended, for which that worker may take a heartbeat: https://github.com/apache/airflow/issues/72716. Seen with
# 3.3.2 and a wait of 4.4 s at the default heartbeat of 5 s. AWS takes longer anyway, simulators do not.
EARLIEST_RESUME_SECONDS = conf.getint("workers", "min_heartbeat_interval") + 1

# How long EC2 gets to show a step before it is taken again: reads lag behind writes.
# https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
STEP_SHOWS_SECONDS = 30
LONGEST_PAUSE_SECONDS = 300
LONGEST_BUSY_PAUSE_SECONDS = 30
# How long another process of the same run may go on changing the instance: a task that was marked failed
# lives up to 5 s beside its teardown, and what it did last shows some seconds later.
SETTLE_SECONDS = 15

# One attribute per ModifyInstanceAttribute: EC2 refuses more.
WRITES: dict[Step, Callable[[Any, str, str], object]] = {
    Step.STOP: lambda ec2, i, _: ec2.stop_instances(InstanceIds=[i]),
    Step.MODIFY: lambda ec2, i, new: ec2.modify_instance_attribute(InstanceId=i, InstanceType={"Value": new}),
    Step.START: lambda ec2, i, _: ec2.start_instances(InstanceIds=[i]),
}


class EC2ResizeInstanceOperator(BaseOperator):
    """Bring an EC2 instance to the state *running on the wanted type, status checks passed*.

    Not built on the provider's AwsBaseOperator, which is meant for the provider alone: it imports boto3, and
    a DAG file is imported every few seconds.

    It converges: it looks at the instance, takes the step that the present state asks for, and looks again,
    so it may start, crash, be retried or meet somebody else's changes at any point. An instance that is
    already right is only looked at. While EC2 needs time, the task is deferred and holds no worker slot.

    Where AWS refuses a type - to change to it, to start it, or to let it pass its status checks - it asks
    again for as long as `patience` says if that may help, and goes on to the next type. Where it refuses all
    of `instance_type`, the instance is brought to a type of `fallback_types`, and the task fails, saying what
    was tried and what the instance is now. Where it refuses these, too, the instance stays stopped as the
    first of them: small, whoever starts it next.

    Args:
        instance_id: the instance (templated).
        instance_type: the type it shall run on; or several, best first, as a list or with commas (templated).
        fallback_types: small types to fall back to, likewise (templated). Without any, an instance whose
            types are all refused stays stopped.
        patience: seconds for which a refusal that may pass, such as a lack of capacity, is answered by
            asking again, for each type.
        fallback_patience: the same for `fallback_types`.
        first_pause: seconds before asking again; doubles each time, up to five minutes.
        lease: keeps others off the instance while it is big; taken before the first write, given back once
            the instance runs on one of `fallback_types` (without these: of `instance_type`). A live lease of
            another run fails the task before it has changed anything.
        lease_run: the run that takes the lease (templated).
        lease_dag: its DAG (templated).
        lease_owner: the identity of its Airflow as the run has seen it first (templated); by default as it
            is now.
        installation_variable: the Airflow Variable that keeps the identity of this Airflow.
        lease_instead_of: the fields of the `RunIdentity` of a run that is known to be over, whose lease may
            be taken over (templated).
        poll_interval: seconds after which, at most, it goes on once the instance is ready.
        timeout: seconds after which to give up waiting for one type, over all deferrals of one try.
        busy_patience: seconds for which a call that AWS is too busy for is repeated.
        impaired_patience: seconds that failing status checks get to recover. Then the instance is stopped and
            started once, which moves it to other hardware; then the type counts as refused.
        aws_conn_id: Airflow's connection to AWS (templated).
        region_name: its region, instead of the connection's (templated).
        verify: whether, or against which certificates, to verify TLS (templated).
        botocore_config: settings of botocore's client.
        kwargs: of every operator.

    Returns:
        What happened, as plain values: instance_id, type_before, type_after, state, started, finished,
        seconds, downtime_seconds, public_ip_before, public_ip_after, outcome (`wanted`, `fallback`,
        `stopped`), refused (what AWS said of each type that was given up). A task that fails since AWS
        refused leaves the same behind as its XCom.
    """

    template_fields: Collection[str] = (
        "instance_id",
        "instance_type",
        "fallback_types",
        "lease_run",
        "lease_dag",
        "lease_owner",
        "lease_instead_of",
        "aws_conn_id",
        "region_name",
        "verify",
    )

    def __init__(
        self,
        *,
        instance_id: str,
        instance_type: str | Sequence[str],
        fallback_types: str | Sequence[str] = (),
        patience: float = 0,
        fallback_patience: float = 0,
        first_pause: float = 15,
        lease: Lease | None = None,
        lease_run: str = "{{ run_id }}",
        lease_dag: str = "{{ dag.dag_id }}",
        lease_owner: str = "",
        installation_variable: str = "",
        lease_instead_of: Mapping[str, str] | None = None,
        poll_interval: float = 5,
        timeout: float = 1800,
        busy_patience: float = 300,
        impaired_patience: float = 180,
        aws_conn_id: str | None = "aws_default",
        region_name: str | None = None,
        verify: bool | str | None = None,
        botocore_config: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.instance_id = instance_id
        self.instance_type = instance_type
        self.fallback_types = fallback_types
        self.patience = patience
        self.fallback_patience = fallback_patience
        self.first_pause = first_pause
        self.lease = lease
        self.lease_run = lease_run
        self.lease_dag = lease_dag
        self.lease_owner = lease_owner
        self.installation_variable = installation_variable
        self.lease_instead_of = lease_instead_of
        self.poll_interval = poll_interval
        self.timeout = timeout
        self.busy_patience = busy_patience
        self.impaired_patience = impaired_patience
        self.aws_conn_id = aws_conn_id
        self.region_name = region_name
        self.verify = verify
        self.botocore_config = botocore_config

    @cached_property
    def hook(self) -> EC2Hook:
        """The provider's hook."""
        from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

        return EC2Hook(**self._hook_parameters)

    @property
    def _hook_parameters(self) -> dict[str, Any]:
        return {
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "verify": self.verify,
            "config": self.botocore_config,
            "api_type": "client_type",
        }

    @cached_property
    def _aws(self) -> Clients:
        return Clients(self.hook)

    @cached_property
    def _who(self) -> RunIdentity:
        return RunIdentity(
            self.lease_run, self.lease_dag, self.lease_owner or installation(self.installation_variable)
        )

    @property
    def _instead_of(self) -> RunIdentity | None:
        return RunIdentity(**self.lease_instead_of) if self.lease_instead_of else None

    @cached_property
    def _ladder(self) -> Ladder:
        wanted, fallback = as_types(self.instance_type), as_types(self.fallback_types)
        try:
            return Ladder(wanted, fallback, self.patience, self.fallback_patience)
        except ValueError as error:
            raise AirflowFailException(str(error)) from error

    def execute(self, context: Context) -> dict[str, Any]:
        """Start from whatever is there."""
        return self._converge(context, Progress(deadline=time.time() + self.timeout))

    def resume(self, context: Context, event: dict[str, Any], progress: dict[str, Any]) -> dict[str, Any]:
        """Go on when a wait is over."""
        if event["status"] != "success":
            raise AirflowException(event["message"])
        return self._converge(context, Progress(**progress))

    def on_kill(self) -> None:
        """Stop in the middle of whatever call is in flight.

        Airflow lets a task live up to 5 s after it was marked failed, while its teardown is already running:
        it must not go on to change the instance behind the teardown's back.
        """
        sys.exit(f"killed while resizing {self.instance_id}")

    def _converge(self, context: Context, progress: Progress) -> dict[str, Any]:
        while True:
            now = self._look(progress)
            goal = self._ladder.goal(progress.rung)
            step = next_step(now, goal)
            self.log.info("%s; next: %s (%s)", now, step, progress)
            if step is Step.DONE:
                self._let_settle(now, progress)
            wait = self._wait_after(goal, progress)
            if not wait.is_over(now):
                self._defer(wait, progress)
            match step:
                case Step.DONE:
                    return self._finish(context, now, progress)
                case Step.GONE:
                    self._give_up(now)
                case Step.WAIT:
                    self._overdue(context, now, progress)
                case Step.IMPAIRED:
                    self._move_or_refuse(context, now, progress)
                case Step.START if progress.step == Step.START and now.reason != progress.reason_before:
                    why = f"{now.type}: started, and stopped by itself: {now.reason}"
                    self._refused(why, progress, passes=now.reason_passes)
                case _:
                    self._take(step, goal, now, progress)

    def _look(self, progress: Progress) -> Instance:
        goal = self._ladder.goal(progress.rung)
        try:
            now = read(self._aws.ec2, self.instance_id, goal.type)
        except AwsError as error:
            if code_of(error) in NO_SUCH_INSTANCE:
                raise AirflowFailException(self._explain(error)) from error
            if not worth_another_look(error):
                self._stop_trying(self._explain(error), error, progress)
            if progress.remaining <= 0:
                raise AirflowException(f"Time is up, and {self._explain(error)}") from error
            self.log.warning("%s; looking again", self._explain(error))
            self._defer(self._wait_after(goal, progress), progress)
        if progress.is_new:
            progress.rung = self._ladder.first_rung(now.type, now.state)
        elif progress.was_refused and self._ladder.rests_well(now.type, now.state, goal):
            # the dead-man switch, or a person, has started it on another small type while AWS was asked again
            progress.next_rung(f"{goal.type}: {progress.last_error or 'not granted'}", self.timeout)
            progress.rung = self._ladder.types.index(now.type)
        progress.saw(now, self._holder(now))
        return now

    def _holder(self, now: Instance) -> Holder | None:
        return self.lease.holder(now) if self.lease else None

    def _let_settle(self, now: Instance, progress: Progress) -> None:
        """Do not believe the first look on the way back: the run's own upsize may be dying beside us.

        Its last call may be on the way: what is small now would stop, or grow, behind our back. The lease
        tells that there was an upsize; where it has been given back, nobody is left to act.
        """
        holder = self._holder(now)
        ours = holder is not None and holder.is_run(self._who)
        if ours and not self._ladder.grows and not progress.tries and progress.settles_at is None:
            progress.settles_at = time.time() + SETTLE_SECONDS

    def _take(self, step: Step, goal: Goal, now: Instance, progress: Progress) -> None:
        if progress.has_taken(step) >= TRIES_PER_STEP:
            self._without_effect(step, now, progress)
            return
        self._hold(now, progress)
        try:
            with answers():
                WRITES[step](self._aws.ec2, self.instance_id, goal.type)
        except AwsError as error:
            progress.last_error = error_text(error)
            if not worth_another_look(error):
                self._not_done(step, goal, now, error, progress)
                return
            self.log.warning("%s; looking whether '%s' worked", self._explain(error), step)
            if took_no_effect(error):
                self._ask_again(step, now, error, progress)
                return
        progress.take(step, now)

    def _ask_again(self, step: Step, now: Instance, error: Exception, progress: Progress) -> None:
        """After a pause, as AWS is too busy, or as there are no credentials to ask it with."""
        busy = progress.was_busy(self.poll_interval, LONGEST_BUSY_PAUSE_SECONDS)
        if busy <= self.busy_patience:
            return
        if is_about_credentials(error):  # Airflow tries again, later and later
            why = f"No valid credentials for {busy:.0f} s: {self._explain(error)} - {now}."
            raise AirflowException(f"{why}{self._said(progress)}") from error
        self._without_effect(step, now, progress)

    def _not_done(self, step: Step, goal: Goal, now: Instance, error: Exception, progress: Progress) -> None:
        """AWS has said no, and will say so again."""
        if step is Step.STOP or not goal.runs or not took_no_effect(error):
            self._stop_trying(f"{self._explain(error)} - {now}.{self._said(progress)}", error, progress)
        self._refused(f"{goal.type}: {error_text(error)}", progress, passes=may_be_granted_later(error))

    def _stop_trying(self, why: str, error: Exception, progress: Progress) -> NoReturn:
        """End this try; there is no other one where nothing has been changed on the way up."""
        nothing_to_mend = self._ladder.grows and progress.down_since is None
        raise (AirflowFailException if nothing_to_mend else AirflowException)(why) from error

    def _hold(self, now: Instance, progress: Progress) -> None:
        if not self.lease:
            return
        try:
            held = self.lease.hold(
                self._aws, now, self._who, self._ladder.safe, self._instead_of, grows=self._ladder.grows
            )
        except LeasedError as error:
            left = "It is left to that run." if progress.tries else "Nothing was changed."
            raise AirflowFailException(f"{now}: {error} {left}") from error
        except AwsError as error:
            why = f"Cannot write the lease, so the instance does not grow: {self._explain(error)} - {now}."
            if worth_another_look(error):
                raise AirflowException(why) from error
            self._stop_trying(why, error, progress)
        progress.leased = progress.leased or held

    def _release(self, now: Instance, progress: Progress) -> None:
        small = now.state == "running" and now.type in self._ladder.safe
        if self.lease and small and (self._holder(now) or progress.leased):
            self.lease.give_back(self._aws, now, self._who, self._instead_of)

    def _refused(self, why: str, progress: Progress, *, passes: bool) -> None:
        """AWS refuses the present type: ask again later where that may pass, else go on to the next."""
        patience = self._ladder.patience_on(progress.rung, progress.type_before)
        pause = progress.insist(patience, self.first_pause, LONGEST_PAUSE_SECONDS) if passes else None
        if pause is None:
            times = f" ({progress.refusals} times)" if progress.refusals > 1 else ""
            progress.next_rung(f"{why}{times}", self.timeout)
            self.log.warning("%s: refused%s; next: %s", why, times, self._ladder.goal(progress.rung))
        else:
            progress.deadline = progress.paused_until + self.timeout
            self.log.warning("%s: refused; asking again in %.0f s (%s)", why, pause, progress)

    def _without_effect(self, step: Step, now: Instance, progress: Progress) -> None:
        """The step was taken often enough, or AWS was too busy for it for long enough."""
        last = f"; AWS said: {progress.last_error}" if progress.last_error else ""
        why = f"Gave up on '{step}', which did not show: {now}{last}"
        if step is Step.STOP or not self._ladder.goal(progress.rung).runs:
            raise AirflowException(f"{why}{self._said(progress)}")
        self._refused(why, progress, passes=True)

    def _move_or_refuse(self, context: Context, now: Instance, progress: Progress) -> None:
        """A stop and a start move an instance to other hardware, where its checks may pass."""
        if not progress.moved:
            progress.moving = True
            self.log.warning("%s: stopping it, so that it starts on other hardware", now)
            self._take(Step.STOP, self._ladder.goal(progress.rung), now, progress)
        elif now.type in self._ladder.safe:
            self._release(now, progress)
            self._fail(
                context,
                now,
                progress,
                f"{now} in {self.hook.conn_region_name}, also on other hardware. It is small, and left "
                f"running: look at its system log (aws ec2 get-console-output).",
            )
        else:
            self._refused(f"{now.type}: status checks impaired on two hosts", progress, passes=False)

    def _overdue(self, context: Context, now: Instance, progress: Progress) -> None:
        """The time for this type is up."""
        late = f"{now} and did not get ready within {self.timeout:.0f} s"
        small = now.type in self._ladder.safe
        if now.state == "running" and not small:
            self._refused(late, progress, passes=False)
        elif now.state == "running" and progress.refused:  # another try would climb all of the ladder again
            self._fail(context, now, progress, f"{late}.")
        else:
            raise AirflowException(f"{late}.{self._said(progress)}")

    def _wait_after(self, goal: Goal, progress: Progress) -> Wait:
        impaired = progress.impaired_since
        return Wait(
            instance_id=self.instance_id,
            wanted_type=goal.type,
            runs=goal.runs,
            starts_at=max(time.time() + EARLIEST_RESUME_SECONDS, progress.paused_until),
            ends_at=progress.deadline,
            poll_interval=self.poll_interval,
            paused_until=progress.paused_until,
            impaired_until=impaired + self.impaired_patience if impaired else 0.0,
            settles_at=progress.settles_at or 0.0,
            taken=progress.step,
            taken_shows_by=progress.step_at + STEP_SHOWS_SECONDS,
        )

    def _defer(self, wait: Wait, progress: Progress) -> NoReturn:
        self.defer(
            trigger=InstanceSettledTrigger(asdict(wait), self._hook_parameters),
            method_name=self.resume.__name__,
            kwargs={"progress": asdict(progress)},
            # The trigger ends by itself, and says more. This is for a triggerer that is not running.
            timeout=timedelta(seconds=wait.longest - time.time() + 120),
        )

    def _give_up(self, now: Instance) -> NoReturn:
        raise AirflowFailException(
            f"{now} in {self.hook.conn_region_name}: it cannot come back. Name another instance, or make one "
            f"from its backup."
        )

    def _explain(self, error: Exception) -> str:
        """What AWS said, about which instance and where, and what to do where that is known."""
        text = f"{self.instance_id} in {self.hook.conn_region_name}: {error_text(error)}"
        if code_of(error) in NO_SUCH_INSTANCE:
            return f"{text}. Check the id, and the region and the account of connection '{self.aws_conn_id}'."
        return text

    def _finish(self, context: Context, now: Instance, progress: Progress) -> dict[str, Any]:
        self._release(now, progress)
        self.log.info("public IP %s -> %s", progress.public_ip_before, now.public_ip)
        self.log.info("private IP %s -> %s", progress.private_ip_before, now.private_ip)
        result = self._result(now, progress)
        if result["outcome"] != "wanted":
            self._fail(context, now, progress, f"AWS refused {', '.join(self._ladder.wanted)}. Now {now}.")
        return result

    def _fail(self, context: Context, now: Instance, progress: Progress, message: str) -> NoReturn:
        """Fail for good, leaving behind what happened for those who read it from XCom."""
        ti: Any = context.get("ti")
        ti.xcom_push(key="return_value", value=self._result(now, progress))
        raise AirflowFailException(f"{message}{self._said(progress)}")

    def _said(self, progress: Progress) -> str:
        return f" What AWS said: {' | '.join(progress.refused)}" if progress.refused else ""

    def _result(self, now: Instance, progress: Progress) -> dict[str, Any]:
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
            "outcome": self._ladder.outcome(progress.rung, now.state),
            "refused": progress.refused,
        }
