"""Keeping others off the instance while it is big.

Taking a lease is a look and a write, not one step: AWS has no conditional tags. Runs of one DAG exclude each
other by `max_active_runs=1`; the lease is for everything else, which does not start within the same second.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ec2_instance import credit_option
from ec2_instance.clients import Clients
from ec2_instance.errors import UNKNOWN_ACTION, AwsError, answers, code_of, said
from ec2_instance.holder import BASE_TYPE, DAG, EXPIRES, OWNER, RUN, TAGS, Holder, RunIdentity
from ec2_instance.reading import Instance, read

if TYPE_CHECKING:
    from ec2_instance.dead_man import DeadManSwitch

log = logging.getLogger(__name__)


class LeasedError(Exception):
    """Another run holds the instance."""


def leased_instances(ec2: Any) -> list[tuple[Instance, Holder]]:
    """All instances of the region that are leased and not gone for ever, with who has leased them."""
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[
            {"Name": "tag-key", "Values": [RUN]},
            {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]},
        ]
    )
    ids = [it["InstanceId"] for page in pages for group in page["Reservations"] for it in group["Instances"]]
    found = [read(ec2, instance_id) for instance_id in ids]
    return [(it, it.holder) for it in found if it.holder]


@dataclass(frozen=True)
class Lease:
    """How to lease one instance.

    Attributes:
        minutes: how long it holds without being renewed.
        dead_man: what makes the instance small when nobody renews it; None where it is not set up.
    """

    minutes: float
    dead_man: DeadManSwitch | None = None

    def hold(
        self,
        aws: Clients,
        now: Instance,
        who: RunIdentity,
        safe_types: Sequence[str],
        instead_of: RunIdentity | None = None,
        *,
        grows: bool,
    ) -> bool:
        """Have it before anything is changed; returns whether it had to be written.

        On the way back only another run's lease is in the way: what AWS refuses about tags or schedules must
        not keep an instance big. And nothing is put off there: a way back that fails again and again must not
        keep the dead-man switch from firing.

        Raises:
            LeasedError: another run than these two holds the instance.
            AwsError: on the way up, where it cannot be written.
        """
        self.require_free(now.holder, who, instead_of)
        if grows:
            return self._take(aws, now, who, safe_types)
        return self._take_over(aws, now, who, safe_types)

    def _take(self, aws: Clients, now: Instance, who: RunIdentity, safe_types: Sequence[str]) -> bool:
        if not self.is_due(now.holder, who):
            return False
        if now.type in safe_types:
            credit_option.remember(aws.patient_ec2, now.instance_id, now.type)
        self._write(aws, now.instance_id, who, safe_types, tolerated=UNKNOWN_ACTION)
        return True

    def _take_over(self, aws: Clients, now: Instance, who: RunIdentity, safe_types: Sequence[str]) -> bool:
        """As the lease of this run from now on, which ends when it ended before."""
        if now.holder and now.holder.is_run(who):
            return False
        try:
            if self.dead_man:
                fires_at = self._next_expiry()
                with answers():
                    self.dead_man.arm_if_not_armed(aws.scheduler, now.instance_id, safe_types, fires_at)
        except AwsError as error:
            log.warning("%s has no dead-man switch: %s", now.instance_id, said(error))
        try:
            expires = now.holder.expires if now.holder else self._next_expiry()
            self._tag(aws, now.instance_id, who, safe_types, expires)
        except AwsError as error:
            log.warning("%s has no lease of this run: %s", now.instance_id, said(error))
        return True

    def give_back(
        self, aws: Clients, now: Instance, who: RunIdentity, instead_of: RunIdentity | None = None
    ) -> None:
        """Remove it from an instance that is small again; it expires by itself where that fails."""
        try:
            self.require_free(now.holder, who, instead_of)
            if now.holder:
                credit_option.restore(aws.patient_ec2, now.instance_id, now.type, now.holder.credits)
            with answers():
                # the tags first: without them the dead-man switch does nothing
                tags = [{"Key": key} for key in TAGS]
                aws.patient_ec2.delete_tags(Resources=[now.instance_id], Tags=tags)
                if self.dead_man:
                    self.dead_man.disarm(aws.scheduler, now.instance_id)
        except (LeasedError, *AwsError) as error:
            log.warning("The lease of %s stays: %s", now.instance_id, error)

    def renew(
        self,
        aws: Clients,
        instance_id: str,
        who: RunIdentity,
        types: Sequence[str],
        *,
        must_have: bool = False,
    ) -> None:
        """Write it anew where it is due; `types` are the safe ones, the base type first.

        `must_have` is for whoever may outlive the run: it renews only what the run still holds.

        Raises:
            LeasedError: another run holds the instance, or the run has given it back.
            AwsError: it could not be read or written.
        """
        holder = read(aws.patient_ec2, instance_id).holder
        self.require_free(holder, who)
        if must_have and (holder is None or not holder.is_run(who)):
            raise LeasedError(f"{who} has given {instance_id} back")
        if self.is_due(holder, who):
            self._write(aws, instance_id, who, types)

    def is_due(self, holder: Holder | None, who: RunIdentity) -> bool:
        """Whether a run has to write the lease: it is not its own, or a good part of it has passed."""
        if holder is None or holder.who != who:
            return True
        return holder.expires - datetime.now(UTC) < timedelta(minutes=self.minutes * 0.8)

    def require_free(
        self, holder: Holder | None, who: RunIdentity, instead_of: RunIdentity | None = None
    ) -> None:
        """Raise `LeasedError` where a run other than these two holds the instance."""
        if holder is None or not holder.is_live or holder.is_run(who):
            return
        if instead_of is None or not holder.is_run(instead_of):
            raise LeasedError(
                f"{holder}. Wait for that run; if it is gone, the DAG tier1_guard of its Airflow frees the "
                "instance within minutes, any other at the latest when the lease has expired."
            )

    def _next_expiry(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=self.minutes)

    def _write(
        self,
        aws: Clients,
        instance_id: str,
        who: RunIdentity,
        types: Sequence[str],
        tolerated: Collection[str] = (),
    ) -> None:
        """Switch and tags, until some minutes from now; `tolerated` are the errors that are only logged."""
        expires = self._next_expiry()
        # The switch first: tags that are fresh are not written again, so its failure would be forgotten.
        for write in (self._arm, self._tag):
            try:
                write(aws, instance_id, who, types, expires)
            except AwsError as error:
                if code_of(error) not in tolerated:
                    raise
                log.warning("%s has no lease, or no dead-man switch: %s", instance_id, said(error))

    def _arm(
        self, aws: Clients, instance_id: str, _: RunIdentity, types: Sequence[str], expires: datetime
    ) -> None:
        if self.dead_man:
            with answers():
                self.dead_man.arm(aws.scheduler, instance_id, types, expires)

    def _tag(
        self, aws: Clients, instance_id: str, who: RunIdentity, types: Sequence[str], expires: datetime
    ) -> None:
        tags = {RUN: who.run, DAG: who.dag, OWNER: who.owner}
        tags |= {EXPIRES: expires.isoformat(), BASE_TYPE: types[0]}
        values = [{"Key": key, "Value": value} for key, value in tags.items()]
        with answers():
            aws.patient_ec2.create_tags(Resources=[instance_id], Tags=values)
