"""The operator that brings an instance to the wanted type, from wherever the instance is."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.deferral import EARLIEST_RESUME_SECONDS
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease
from ec2_resize.convergence import new_progress
from ec2_resize.decision import Done, Failed
from ec2_resize.execution import Execution
from ec2_resize.ladder import Ladder, as_types
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.trigger import InstanceSettledTrigger
from ec2_resize.wait import Wait

if TYPE_CHECKING:
    from airflow.providers.amazon.aws.hooks.ec2 import EC2Hook

# A triggerer that runs ends a wait by itself, and says more; this is for one that does not run.
DEFERRAL_MARGIN_SECONDS = 120


class EC2ResizeInstanceOperator(BaseOperator):
    """Bring an EC2 instance to the state *running on the wanted type, status checks passed*.

    Not built on the provider's AwsBaseOperator, which is meant for the provider alone: it imports boto3, and
    a DAG file is imported every few seconds.

    The operator converges: it looks at the instance, takes the step that the present state asks for, and
    looks again, so the task may start, crash, be retried or meet somebody else's changes at any point. An
    instance that is already right is only looked at. While EC2 needs time, the task is deferred and holds no
    worker slot. What to do is decided in `convergence` and `after_error`.

    Where AWS refuses a type - to change to it, to start it, or to let it pass its status checks - the task
    asks again for as long as `patience` says if that may help, and goes on to the next type. Where AWS
    refuses all of `instance_type`, the instance is brought to a type of `fallback_types`, and the task fails,
    saying what was tried and what the instance is now. Where AWS refuses these, too, the instance stays
    stopped as the first of them: small, whoever starts the instance next.

    Args:
        instance_id: the instance (templated).
        instance_type: the type to run on; or several, best first, as a list or with commas (templated).
        fallback_types: small types to fall back to, likewise (templated). Without any, an instance whose
            types are all refused stays stopped.
        patience: how long a refusal that may pass, such as a lack of capacity, is answered by asking again,
            for each type.
        fallback_patience: the same for `fallback_types`.
        first_pause: how long to pause before asking again; doubles each time, up to five minutes.
        lease: keeps others off the instance while it is big; written before the first change, given back
            once the instance runs on one of `fallback_types` (without these: of `instance_type`). A live
            lease of another run fails the task before anything is changed. None: no lease, so that nothing
            tells whether another task of the run may still be changing the instance.
        lease_run: the run that takes the lease (templated).
        lease_dag: its DAG (templated).
        lease_owner: the identity of its Airflow (templated), which tells runs of the same name in different
            installations apart: see `ec2_instance.installation`.
        lease_instead_of: the fields of the `RunIdentity` of a run that is known to be over, whose lease may
            be taken over (templated).
        poll_interval: seconds after which, at most, the task goes on once the instance is ready.
        timeout: how long to wait for one type, over all deferrals of one try.
        busy_patience: how long a call that AWS is too busy for is repeated.
        impaired_patience: how long failing status checks may recover. Then the instance is stopped and
            started once, which moves it to other hardware; then the type counts as refused.
        aws_conn_id: Airflow's connection to AWS (templated).
        region_name: its region, instead of the connection's (templated).
        verify: whether, or against which certificates, to verify TLS (templated).
        botocore_config: settings of botocore's client.
        kwargs: of every operator.

    Returns:
        The fields of a `ResizeResult`. A task that fails since AWS refused leaves them behind, too, as its
        XCom `return_value`.
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
        patience: timedelta = timedelta(0),
        fallback_patience: timedelta = timedelta(0),
        first_pause: timedelta = ResizeRequest.first_pause,
        lease: Lease | None = None,
        lease_run: str = "{{ run_id }}",
        lease_dag: str = "{{ dag.dag_id }}",
        lease_owner: str = "",
        lease_instead_of: Mapping[str, str] | None = None,
        poll_interval: float = ResizeRequest.poll_interval,
        timeout: timedelta = ResizeRequest.timeout,
        busy_patience: timedelta = ResizeRequest.busy_patience,
        impaired_patience: timedelta = ResizeRequest.impaired_patience,
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
        return ec2_hook(**self._hook_parameters)

    @property
    def _hook_parameters(self) -> dict[str, Any]:
        return {
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "verify": self.verify,
            "config": self.botocore_config,
        }

    @cached_property
    def _aws(self) -> Clients:
        return Clients(self.hook)

    @cached_property
    def _execution(self) -> Execution:
        instead_of = RunIdentity(**self.lease_instead_of) if self.lease_instead_of else None
        return Execution(self._aws, self._request, self.lease, instead_of)

    @cached_property
    def _request(self) -> ResizeRequest:
        wanted, fallback = as_types(self.instance_type), as_types(self.fallback_types)
        try:
            ladder = Ladder(wanted, fallback, self.patience, self.fallback_patience)
        except ValueError as error:
            raise AirflowFailException(str(error)) from error
        return ResizeRequest(
            instance_id=self.instance_id,
            region=lambda: self.hook.region_name or self.hook.conn_region_name,
            connection=self.aws_conn_id,
            who=RunIdentity(self.lease_run, self.lease_dag, self.lease_owner),
            ladder=ladder,
            timeout=self.timeout,
            first_pause=self.first_pause,
            poll_interval=self.poll_interval,
            busy_patience=self.busy_patience,
            impaired_patience=self.impaired_patience,
        )

    def execute(self, context: Context) -> dict[str, Any]:
        """Start from whatever is there."""
        return self._converge(context, new_progress(self._request, time.time()))

    def resume(self, context: Context, event: dict[str, Any], progress: dict[str, Any]) -> dict[str, Any]:
        """Go on when a wait is over."""
        if event["status"] != "success":
            raise AirflowException(event["message"])
        return self._converge(context, Progress(**progress))

    def on_kill(self) -> None:
        """Stop in the middle of whatever call is in flight.

        Airflow lets a task live up to 5 s after it was marked failed, while its teardown is already running:
        the task must not go on to change the instance meanwhile.
        """
        sys.exit(f"killed while resizing {self.instance_id}")

    def _converge(self, context: Context, progress: Progress) -> dict[str, Any]:
        while True:
            decision, progress = self._execution.go_on(progress)
            match decision:
                case Wait():
                    self._defer(decision, progress)
                case Done(result=result):
                    self._execution.give_back(decision)
                    return asdict(result)
                case Failed():
                    self._fail(context, decision)

    def _defer(self, wait: Wait, progress: Progress) -> NoReturn:
        clock = time.time()
        wait = replace(wait, starts_at=max(wait.starts_at, clock + EARLIEST_RESUME_SECONDS))
        self.defer(
            trigger=InstanceSettledTrigger(asdict(wait), self._hook_parameters),
            method_name=self.resume.__name__,
            kwargs={"progress": asdict(progress)},
            timeout=timedelta(seconds=wait.longest - clock + DEFERRAL_MARGIN_SECONDS),
        )

    def _fail(self, context: Context, failed: Failed) -> NoReturn:
        """Fail, leaving behind what happened for those who read it from XCom."""
        self._execution.give_back(failed)
        if failed.result:
            ti: Any = context.get("ti")
            ti.xcom_push(key="return_value", value=asdict(failed.result))
        kind = AirflowException if failed.try_again else AirflowFailException
        raise kind(failed.why) from failed.cause
