"""What the stages of a run would have taken on the base type."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tier1_tasks.database import hosts
from tier1_tasks.form import RunParams
from tier1_tasks.host.placement import has_worker
from tier1_tasks.names import DATABASE

if TYPE_CHECKING:
    from ec2_instance.clients import Clients
    from include.report.model import OnBaseType, StageSummary

log = logging.getLogger("tier1")


def on_base_type(aws: Clients | None, run: RunParams, stages: Sequence[StageSummary]) -> OnBaseType | None:
    """Estimate it from what they took in this run; None where they ran elsewhere, or nobody can tell.

    Args:
        aws: whom to ask for the base type's vCPUs; None: nobody, as AWS has not answered before.
        run: the run's parameters.
        stages: what the stages did.
    """
    from ec2_instance.errors import AwsError, answers, error_text
    from ec2_instance.reading import describe
    from ec2_instance.size import size_of
    from ec2_resize.preflight.addresses import is_on
    from include.pipeline.right_size import seconds_on
    from include.pipeline.scaling import Machines
    from include.report.model import OnBaseType

    if aws is None or not has_worker() or not any(stage.computed for stage in stages):
        return None
    try:
        vcpus = size_of(aws.hurried_ec2, run.base_type).vcpus
        with answers():
            has_database = is_on(describe(aws.hurried_ec2, run.instance_id), hosts(DATABASE))
    except AwsError as error:
        log.info("It cannot be told what the run takes on %s: %s", run.base_type, error_text(error))
        return None
    # a database elsewhere is taken to be as big as the base type, as before the run (worth_of)
    machines = Machines(vcpus, None if has_database else vcpus)
    seconds = seconds_on(stages, machines, run.months_at_once)
    return None if seconds is None else OnBaseType(type=run.base_type, vcpus=vcpus, seconds=seconds)
