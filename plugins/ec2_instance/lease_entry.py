"""Write a lease: the tags of the instance, and the schedule of its dead-man switch."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ec2_instance.clients import Clients
from ec2_instance.errors import AwsError, answers, code_of, error_text
from ec2_instance.holder import RunIdentity, Tags

if TYPE_CHECKING:
    from ec2_instance.dead_man import DeadManSwitch

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LeaseEntry:
    """A lease to be written.

    Attributes:
        instance_id: the instance.
        who: the run that holds it.
        safe_types: the types that the instance may be left on, the base type first.
        expires: when the lease ends.
    """

    instance_id: str
    who: RunIdentity
    safe_types: Sequence[str]
    expires: datetime

    def write(
        self, aws: Clients, tags: Tags, dead_man: DeadManSwitch | None, tolerated: Collection[str] = ()
    ) -> None:
        """Set the dead-man switch and the tags.

        The switch comes first: a lease that is fresh is not written again, so a failure of the switch after
        the tags would be forgotten.

        Args:
            aws: clients for the account and region of the instance.
            tags: the tags that hold a lease.
            dead_man: the switch; None where it is not set up.
            tolerated: the codes of errors that are only logged.

        Raises:
            AwsError: the switch or the tags cannot be written.
        """
        for what, put in (
            ("dead-man switch", partial(self._arm, aws, dead_man)),
            ("lease", partial(self.tag, aws, tags)),
        ):
            try:
                put()
            except AwsError as error:
                if code_of(error) not in tolerated:
                    raise
                log.warning(
                    "%s has no %s, as the endpoint does not know the call: %s",
                    self.instance_id,
                    what,
                    error_text(error),
                )

    def tag(self, aws: Clients, tags: Tags) -> None:
        """Write the tags alone.

        Raises:
            AwsError: they cannot be written.
        """
        values = {
            tags.run: self.who.run,
            tags.dag: self.who.dag,
            tags.owner: self.who.owner,
            tags.expires: self.expires.isoformat(),
            tags.base_type: self.safe_types[0],
        }
        with answers():
            aws.patient_ec2.create_tags(
                Resources=[self.instance_id],
                Tags=[{"Key": key, "Value": value} for key, value in values.items()],
            )

    def _arm(self, aws: Clients, dead_man: DeadManSwitch | None) -> None:
        if dead_man:
            with answers():
                dead_man.arm(aws.scheduler, self.instance_id, self.safe_types, self.expires)
