"""What the big instance costs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars of a run: what the time on the work type cost, and what it cost above the base type."""

    total_usd: float
    extra_usd: float


def work_cost(hourly_usd: dict[str, float], base_type: str, work_type: str, seconds: float) -> Cost | None:
    """On-demand cost of so many seconds on the work type; None where a price is not configured.

    AWS bills Linux instances by the second, with a minimum of one minute after each start.
    """
    if base_type not in hourly_usd or work_type not in hourly_usd:
        return None
    hours = max(seconds, 60.0) / 3600.0
    return Cost(hours * hourly_usd[work_type], hours * (hourly_usd[work_type] - hourly_usd[base_type]))
