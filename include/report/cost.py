"""What the big instance costs."""

from collections.abc import Mapping
from datetime import datetime

from include.report.model import Cost, Facts

SHORTEST_BILLED_SECONDS = 60.0


def run_cost(facts: Facts, hourly_usd: Mapping[str, float]) -> Cost | None:
    """Estimate the cost from the beginning of upsize to the end of downsize: a little more than AWS bills.

    AWS bills Linux instances by the second, with a minimum of one minute after each start.

    Args:
        facts: what is known at the end of the run.
        hourly_usd: price of an hour in US dollars, by instance type.

    Returns:
        None where the instance did not become big, or where a price is not configured.
    """
    if facts.upsize is None or facts.downsize is None or facts.upsize.outcome != "wanted":
        return None
    began, ended = (datetime.fromisoformat(t) for t in (facts.upsize.started, facts.downsize.finished))
    seconds = (ended - began).total_seconds()
    return cost_of(seconds, facts.upsize.type_after, facts.downsize.type_after, hourly_usd)


def cost_of(seconds: float, work_type: str, base_type: str, hourly_usd: Mapping[str, float]) -> Cost | None:
    """Return what so many seconds cost on the work type, and how much more than on the base type."""
    if base_type not in hourly_usd or work_type not in hourly_usd:
        return None
    hours = max(seconds, SHORTEST_BILLED_SECONDS) / 3600.0
    return Cost(
        work_type=work_type,
        base_type=base_type,
        seconds=seconds,
        total_usd=hours * hourly_usd[work_type],
        extra_usd=hours * (hourly_usd[work_type] - hourly_usd[base_type]),
    )
