"""The lease of the run: how long it holds, and who renews it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ec2_instance.dead_man import DeadManSwitch
from ec2_instance.errors import AwsError, error_text
from ec2_instance.lease import Lease, LeasedError
from ec2_instance.renewal import renewing
from include.settings import Settings, settings
from tier1_tasks import looking
from tier1_tasks.form import RunParams
from tier1_tasks.names import GUARD_ID, TAGS
from tier1_tasks.planned import identity_of, resizes

log = logging.getLogger("tier1")


def dead_man_switch(chosen: Settings) -> DeadManSwitch | None:
    """Return the switch that the settings name; None where it is not set up."""
    if not chosen.dead_man_document:
        return None
    return DeadManSwitch(
        chosen.dead_man_scheduler_role_arn,
        chosen.dead_man_automation_role_arn,
        chosen.dead_man_document,
        prefix=TAGS.prefix,
    )


LEASE = Lease(TAGS, settings().lease_minutes, dead_man_switch(settings()), guard=GUARD_ID)


def renewed(run: RunParams, ti: Any) -> AbstractContextManager[None]:
    """Keep the instance leased for as long as the block takes; without a resize nobody leases it."""
    if not resizes(ti):
        return nullcontext()
    return renewing(LEASE, looking.aws(), run.instance_id, identity_of(ti), run.small_types)


def renew_before(context: Mapping[str, Any]) -> None:
    """Renew the lease, where the run still has it, before a task that does not do so by itself."""
    ti: Any = context["ti"]
    if not resizes(ti):
        return
    run, identity = RunParams.of(context["params"]), identity_of(ti)
    try:
        LEASE.renew(looking.aws(), run.instance_id, identity, run.small_types, must_have=True)
    except (LeasedError, *AwsError) as error:  # the task itself needs no instance
        log.warning("Cannot renew the lease of %s: %s", run.instance_id, error_text(error))
