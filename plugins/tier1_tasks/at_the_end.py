"""What verdict asks AWS: what the instance is now, what it costs, what size would have done."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ec2_instance.errors import AwsError, error_text
from include.settings import WhenToResize
from tier1_tasks import looking, prices
from tier1_tasks.form import RunParams
from tier1_tasks.names import TAGS
from tier1_tasks.planned import identity_of
from tier1_tasks.right_size import on_base_type

if TYPE_CHECKING:
    from include.report.model import Facts

log = logging.getLogger("tier1")


def look_at_the_end(run: RunParams, ti: Any) -> tuple[dict[str, Any] | None, str]:
    """Return the instance as plain values and in words, whatever AWS answers."""
    try:
        found = looking.look(run.instance_id, brief=run.resize is WhenToResize.NEVER)
    except AwsError as error:
        log.exception("Cannot read %s", run.instance_id)
        return None, f"Cannot read {run.instance_id}: {error_text(error)}"
    holder = TAGS.holder_in(found.tags)
    known = {
        "holder": str(holder) if holder else None,
        "is_ours": holder is not None and holder.is_run(identity_of(ti)),
        "is_big": found.type in run.work_types,
        "rung": rung_of(run, found.type),
    }
    return {**asdict(found), **known}, looking.in_words(found)


def rung_of(run: RunParams, instance_type: str) -> str:
    """Tell where a type stands on the run's ladders, the way up and the way back."""
    outside = f"outside of a run{': the base type' if instance_type == run.base_type else ''}"
    for types, place in ((run.small_types, outside), (run.work_types, "for the work")):
        if instance_type in types:
            return f"type {types.index(instance_type) + 1} of the {len(types)} that would do {place}"
    return "which is none of this run's types"


def with_what_aws_says(run: RunParams, facts: Facts) -> Facts:
    """Add prices, and what the run would have taken on the base type, as far as AWS tells it soon."""
    now, resizes = facts.instance, [it for it in (facts.upsize, facts.downsize) if it]
    aws = looking.aws() if now else None
    big = facts.big_type or run.work_types[0]
    seen = [
        now.type if now else None,
        *(it.type_before for it in resizes),
        *(it.type_after for it in resizes),
    ]
    types = dict.fromkeys(name for name in (run.base_type, big, *seen) if name)
    return replace(
        facts,
        looked_at=datetime.now(UTC).isoformat(timespec="seconds") if now else "",
        prices=tuple(prices.on_demand(aws, types)),
        spot=prices.spot(aws, big, now.zone if now else ""),
        on_base_type=on_base_type(aws, run, facts.stages) if facts.big_type else None,
    )
