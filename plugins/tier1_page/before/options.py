"""How long a run takes and what it costs, for each choice of `resize`: as preflight estimates it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from include.report.price_table import hourly_usd
from include.settings import WhenToResize, settings
from tier1_page.before.view import Option, OtherTasks
from tier1_page.live.in_aws import shared_clients
from tier1_page.live.offered import OFFERED
from tier1_tasks.host.placement import has_worker
from tier1_tasks.worth import Now, look_at_host, propose_anew, worth_of

if TYPE_CHECKING:
    from include.pipeline.estimate import Outlook
    from include.report.worth import Worth
    from tier1_tasks.form import RunParams


def look_now() -> Now:
    """Look what the stages' host is, soon or not at all.

    Raises:
        AwsError: AWS does not answer.
    """
    with shared_clients() as shared:
        return look_at_host(OFFERED, lambda: shared.hurried_ec2)


def worth_now(run: RunParams, now: Now | None, outlook: Outlook | None) -> Worth | None:
    """Estimate whether growing pays; None where the instance or what is to do is not known."""
    if now is None or outlook is None:
        return None
    return worth_of(run, now, outlook, on_the_instance=has_worker())


def options_of(
    run: RunParams,
    worth: Worth | None,
    others: OtherTasks | None = None,
    hourly_usd: float | None = None,
) -> tuple[Option, ...]:
    """Return what comes of each choice.

    Args:
        run: what the trigger form offers.
        worth: the estimate; None where nobody can tell.
        others: what the run takes besides stages and resizes; None where that is not known.
        hourly_usd: what an hour of the instance costs as it is; None where that is not known.
    """
    options = (_option(run, resize, worth) for resize in WhenToResize)
    return tuple(_as_a_whole(it, others, hourly_usd) for it in options)


def price_now(now: Now | None) -> float | None:
    """Return what an hour of the instance costs as it is, by the prices that the estimate goes by."""
    return hourly_usd(settings().hourly_usd).get(now.type) if now else None


def _as_a_whole(option: Option, others: OtherTasks | None, hourly_usd: float | None) -> Option:
    if option.seconds is None or others is None:
        return option
    whole, least, most = (option.seconds + it for it in (others.seconds, others.least, others.most))
    total = None
    if hourly_usd is not None and option.extra_usd is not None:
        total = whole / 3600 * hourly_usd + option.extra_usd
    return option.model_copy(
        update={
            "whole_seconds": whole,
            "least_seconds": least,
            "most_seconds": most,
            "total_usd": total,
        }
    )


def _option(run: RunParams, resize: WhenToResize, worth: Worth | None) -> Option:
    proposal = propose_anew(replace(run, resize=resize), worth)
    seconds, extra_usd = None, None
    if worth and proposal.proposed:
        seconds, extra_usd = worth.seconds_resized, worth.extra_usd
    elif worth and worth.is_up:
        # of one that is big already it is not known what it costs beyond the base type
        seconds, extra_usd = worth.seconds_as_it_is, None if worth.is_big else 0.0
    return Option(
        resize=resize,
        is_default=resize is run.resize,
        makes_big=proposal.proposed,
        why=proposal.why,
        seconds=seconds,
        extra_usd=extra_usd,
    )
