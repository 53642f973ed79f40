"""What time on an instance type costs."""

from collections.abc import Mapping

from include.report.model import Cost

SHORTEST_BILLED_SECONDS = 60.0
"""AWS bills Linux by the second, and at least a minute after each start."""


def usd_of(seconds: float, hourly_usd: float) -> float:
    """Return what so many seconds cost, in US dollars."""
    return max(seconds, SHORTEST_BILLED_SECONDS) / 3600.0 * hourly_usd


def cost_of(seconds: float, work_type: str, base_type: str, hourly_usd: Mapping[str, float]) -> Cost | None:
    """Return what so many seconds cost on the work type, and how much more than on the base type."""
    if base_type not in hourly_usd or work_type not in hourly_usd:
        return None
    return Cost(
        work_type=work_type,
        base_type=base_type,
        seconds=seconds,
        total_usd=usd_of(seconds, hourly_usd[work_type]),
        extra_usd=usd_of(seconds, hourly_usd[work_type] - hourly_usd[base_type]),
    )
