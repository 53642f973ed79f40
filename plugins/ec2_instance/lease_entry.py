"""Write a lease: the tags of the instance, and the schedule of its dead-man switch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ec2_instance.clients import Clients
from ec2_instance.errors import AwsError, answers, error_text
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
        fires_at: when the dead-man switch fires.
        postpones: whether to move a switch that is armed; else it stays armed for its own time.
    """

    instance_id: str
    who: RunIdentity
    safe_types: Sequence[str]
    expires: datetime
    fires_at: datetime
    postpones: bool

    def write(
        self,
        aws: Clients,
        tags: Tags,
        dead_man: DeadManSwitch | None,
        tolerates: Callable[[BaseException], bool],
    ) -> None:
        """Arm the dead-man switch and write the tags.

        The switch comes first: a lease that is fresh is not written again, so a failure of the switch after
        the tags would be forgotten.

        Args:
            aws: clients for the account and region of the instance.
            tags: the tags that hold a lease.
            dead_man: the switch; None where it is not set up.
            tolerates: tells whether an error is only logged.

        Raises:
            AwsError: the switch or the tags cannot be written, and the error is not tolerated.
        """
        for what, write in (
            ("dead-man switch", partial(self._arm, aws, dead_man)),
            ("lease", partial(self._tag, aws, tags)),
        ):
            try:
                with answers():
                    write()
            except AwsError as error:
                if not tolerates(error):
                    raise
                why = error_text(error)
                log.warning("Cannot write the %s of %s; going on without: %s", what, self.instance_id, why)

    def _arm(self, aws: Clients, dead_man: DeadManSwitch | None) -> None:
        if dead_man:
            arm = dead_man.arm if self.postpones else dead_man.arm_if_not_armed
            arm(aws.scheduler, self.instance_id, self.safe_types, self.fires_at)

    def _tag(self, aws: Clients, tags: Tags) -> None:
        values = {
            tags.run: self.who.run,
            tags.dag: self.who.dag,
            tags.owner: self.who.owner,
            tags.expires: self.expires.isoformat(),
            tags.base_type: self.safe_types[0],
        }
        aws.patient_ec2.create_tags(
            Resources=[self.instance_id], Tags=[{"Key": key, "Value": value} for key, value in values.items()]
        )
