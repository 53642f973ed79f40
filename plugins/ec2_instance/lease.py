"""Keep other runs off an instance while it is big.

To take a lease is a look and a write, not one step: AWS has no conditional tags. Runs of one DAG exclude each
other by `max_active_runs=1`; the lease is for everything else, which does not start within the same second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ec2_instance import credit_option
from ec2_instance.clients import Clients
from ec2_instance.errors import UNKNOWN_ACTION, AwsError, answers, code_of
from ec2_instance.holder import Holder, RunIdentity, Tags
from ec2_instance.lease_entry import LeaseEntry
from ec2_instance.reading import Instance, read

if TYPE_CHECKING:
    from ec2_instance.dead_man import DeadManSwitch

log = logging.getLogger(__name__)

# A lease is written again when less than this share of its time is left.
RENEWED_BELOW = 0.8


class LeasedError(Exception):
    """Another run holds the instance, or this run has given it back."""


@dataclass(frozen=True)
class Lease:
    """How instances are leased.

    Attributes:
        tags: the tags that hold a lease.
        lasts: how long a lease holds without being renewed.
        dead_man: what makes the instance small when nobody renews the lease; None where it is not set up.
        guard: the DAG that frees the instances of runs that have ended, for messages; empty where there is
            none.
    """

    tags: Tags
    lasts: timedelta
    dead_man: DeadManSwitch | None = None
    guard: str = ""

    def holder(self, instance: Instance) -> Holder | None:
        """Return who has leased an instance; None without a lease."""
        return self.tags.holder_in(instance.tags)

    def leased_instances(self, ec2: Any) -> list[tuple[Instance, Holder]]:
        """Return all instances of the client's region that are leased and not terminated, with their holders.

        Raises:
            AwsError: AWS does not answer.
        """
        filters = [
            {"Name": "tag-key", "Values": [self.tags.run]},
            {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]},
        ]
        pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
        groups = [group for page in pages for group in page["Reservations"]]
        ids = [instance["InstanceId"] for group in groups for instance in group["Instances"]]
        found = [(instance, self.holder(instance)) for instance in (read(ec2, each) for each in ids)]
        return [(instance, holder) for instance, holder in found if holder]

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
        """Make sure that a run has the lease, before anything is changed.

        On the way back only another run's lease stops the run: what AWS refuses about tags or schedules must
        not keep an instance big. And neither the end of the lease nor the dead-man switch is postponed there:
        a way back that fails again and again must not keep the switch from firing.

        Args:
            aws: clients for the account and region of the instance.
            now: the instance as it was read last.
            who: the run that needs it.
            safe_types: the types that the instance may be left on, the base type first.
            instead_of: a run that has ended, whose lease may be taken over.
            grows: whether the instance is about to become big.

        Returns:
            Whether the lease had to be written.

        Raises:
            LeasedError: another run than these two holds the instance.
            AwsError: on the way up, where the lease cannot be written.
        """
        holder = self._require_free(now, who, instead_of)
        if grows:
            if not self.is_due(holder, who):
                return False
            if now.type in safe_types:
                credit_option.remember(aws.patient_ec2, now.instance_id, now.type, self.tags.credits)
            self._write(aws, now.instance_id, who, safe_types, tolerates=_is_unknown_action)
            return True
        if holder and holder.is_run(who):
            return False
        expires = holder.expires if holder else self._end_from_now()
        entry = LeaseEntry(now.instance_id, who, safe_types, expires, self._end_from_now(), postpones=False)
        entry.write(aws, self.tags, self.dead_man, tolerates=lambda _: True)
        return True

    def give_back(
        self, aws: Clients, now: Instance, who: RunIdentity, instead_of: RunIdentity | None = None
    ) -> None:
        """Remove the lease from an instance that is small again, or else leave it to expire.

        Args:
            aws: clients for the account and region of the instance.
            now: the instance as it was read last.
            who: the run that has leased it.
            instead_of: a run that has ended, whose lease may be removed, too.
        """
        try:
            holder = self._require_free(now, who, instead_of)
            if holder:
                credit_option.restore(aws.patient_ec2, now.instance_id, now.type, holder.credits)
            with answers():
                # the tags first: without them the dead-man switch does nothing
                tags = [{"Key": key} for key in self.tags.all]
                aws.patient_ec2.delete_tags(Resources=[now.instance_id], Tags=tags)
                if self.dead_man:
                    self.dead_man.disarm(aws.scheduler, now.instance_id)
        except (LeasedError, *AwsError) as error:
            log.warning(
                "Cannot remove the lease of %s, which ends when it expires: %s", now.instance_id, error
            )

    def renew(
        self,
        aws: Clients,
        instance_id: str,
        who: RunIdentity,
        safe_types: Sequence[str],
        *,
        must_have: bool = False,
    ) -> None:
        """Write the lease again where that is due.

        Args:
            aws: clients for the account and region of the instance.
            instance_id: the instance.
            who: the run that needs it.
            safe_types: the types that the instance may be left on, the base type first.
            must_have: renew only what the run still holds; for callers that may outlive their run.

        Raises:
            LeasedError: another run holds the instance, or the run has given it back.
            AwsError: the lease could not be read or written.
        """
        holder = self._require_free(read(aws.patient_ec2, instance_id), who)
        if must_have and (holder is None or not holder.is_run(who)):
            raise LeasedError(
                f"{who} has given back its lease of {instance_id}, so the lease is not renewed."
            )
        if self.is_due(holder, who):
            self._write(aws, instance_id, who, safe_types, tolerates=lambda _: False)

    def _write(
        self,
        aws: Clients,
        instance_id: str,
        who: RunIdentity,
        safe_types: Sequence[str],
        tolerates: Callable[[BaseException], bool],
    ) -> None:
        """Let the lease hold from now on for as long as leases last."""
        ends = self._end_from_now()
        entry = LeaseEntry(instance_id, who, safe_types, expires=ends, fires_at=ends, postpones=True)
        entry.write(aws, self.tags, self.dead_man, tolerates)

    def is_due(self, holder: Holder | None, who: RunIdentity) -> bool:
        """Tell whether a run has to write the lease: another one holds it, or part of its time has passed."""
        if holder is None or holder.who != who:
            return True
        return holder.expires - datetime.now(UTC) < self.lasts * RENEWED_BELOW

    def _require_free(
        self, now: Instance, who: RunIdentity, instead_of: RunIdentity | None = None
    ) -> Holder | None:
        """Return the holder: one of these two runs, another run whose lease has expired, or nobody.

        Raises:
            LeasedError: another run than these two holds the instance.
        """
        holder = self.holder(now)
        if holder is None or not holder.is_live or holder.is_run(who):
            return holder
        if instead_of is None or not holder.is_run(instead_of):
            raise LeasedError(f"{now.instance_id} is {holder}. {self._advice()}")
        return holder

    def _advice(self) -> str:
        """Say what to do about the lease of another run."""
        if not self.guard:
            return "Wait until that run has ended, or until the lease has expired."
        return (
            f"Wait for that run. If that run has ended, the DAG {self.guard} frees the instance: within "
            "minutes in the Airflow of that run, in any other one when the lease has expired."
        )

    def _end_from_now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.lasts


def _is_unknown_action(error: BaseException) -> bool:
    """Tell whether the endpoint, which is not AWS itself, knows no tags or no schedules."""
    return code_of(error) in UNKNOWN_ACTION
