"""Executes what is decided: reads the instance, changes it, has its lease. Knows no Airflow."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ec2_instance.clients import Clients
from ec2_instance.errors import AwsError, answers, error_text
from ec2_instance.holder import RunIdentity
from ec2_instance.lease import Lease, LeasedError
from ec2_instance.reading import Instance, read
from ec2_resize.after_error import after_error, after_lease_error, after_leased, after_look_error
from ec2_resize.convergence import decide
from ec2_resize.decision import Act, Decided, Done, Failed, LookAgain
from ec2_resize.progress import Progress
from ec2_resize.request import ResizeRequest
from ec2_resize.step import Step

log = logging.getLogger(__name__)

# One attribute per ModifyInstanceAttribute: EC2 refuses more.
CALLS: dict[Step, Callable[[Any, str, str], object]] = {
    Step.STOP: lambda ec2, i, _: ec2.stop_instances(InstanceIds=[i]),
    Step.MODIFY: lambda ec2, i, new: ec2.modify_instance_attribute(InstanceId=i, InstanceType={"Value": new}),
    Step.START: lambda ec2, i, _: ec2.start_instances(InstanceIds=[i]),
}


class KilledError(Exception):
    """Somebody has killed what resizes, before it changed something."""


@dataclass(frozen=True)
class Execution:
    """One resize, as far as AWS is concerned.

    Attributes:
        aws: the clients to do it with.
        request: what is to be reached.
        lease: how the instance is leased; None: not at all.
        instead_of: a run that has ended, whose lease may be taken over.
        killed: once it is set, nothing is changed any more; for threads, which nobody can kill.
    """

    aws: Clients
    request: ResizeRequest
    lease: Lease | None
    instead_of: RunIdentity | None
    killed: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    def go_on(self, progress: Progress) -> Decided:
        """Look, decide, and act where that is the decision; what is returned is never to act.

        Raises:
            KilledError: it would have changed something.
        """
        request = self.request
        try:
            now = read(self.aws.ec2, request.instance_id, request.ladder.goal(progress.rung).type)
        except AwsError as error:
            log.warning("Cannot read %s: %s", request.instance_id, error_text(error))
            return after_look_error(error, request, progress, time.time())
        clock, holder = time.time(), self.lease.holder(now) if self.lease else None
        decision, progress = decide(now, holder, request, progress, clock)
        log.info("%s; next: %s (%s)", now, decision, progress.summary(clock))
        if isinstance(decision, Act):
            decision, progress = self._act(decision, now, progress)
        elif isinstance(decision, Done | Failed):
            log.info("public IP %s -> %s", progress.public_ip_before, now.public_ip)
            log.info("private IP %s -> %s", progress.private_ip_before, now.private_ip)
        if isinstance(decision, LookAgain) and decision.why:
            log.warning("%s", decision.why)
        return decision, progress

    def _act(self, act: Act, now: Instance, progress: Progress) -> Decided:
        request = self.request
        self._require_alive(act)
        try:
            written = self._hold(now)
        except LeasedError as error:
            return after_leased(error, progress)
        except AwsError as error:
            return after_lease_error(error, now, request, progress)
        progress = replace(progress, leased=progress.leased or written)
        self._require_alive(act)
        try:
            with answers():
                CALLS[act.step](self.aws.ec2, request.instance_id, act.type)
        except AwsError as error:
            return after_error(act.step, error, now, request, progress, time.time())
        return LookAgain(), progress.took(act.step, now, time.time())

    def _require_alive(self, act: Act) -> None:
        if self.killed.is_set():
            raise KilledError(act)

    def _hold(self, now: Instance) -> bool:
        """Have the lease before anything is changed; returns whether it had to be written."""
        if self.lease is None:
            return False
        who, ladder = self.request.who, self.request.ladder
        return self.lease.hold(self.aws, now, who, ladder.safe, self.instead_of, grows=ladder.grows)

    def give_back(self, end: Done | Failed) -> None:
        """Give the lease back where the decision says so."""
        if self.lease and end.give_back:
            self.lease.give_back(self.aws, end.give_back, self.request.who, self.instead_of)
