"""What an hour of an instance type costs, without asking AWS: so light that the DAG file can import it."""

from collections.abc import Mapping
from typing import Final

TABLE_AS_OF = "2026-11-23"
TABLE_SOURCE = "the table of this release, for on-demand Linux in us-east-1"
HOURLY_USD: Final[Mapping[str, float]] = {
    "t3.2xlarge": 0.3328,
    "t3a.2xlarge": 0.3008,
    "m6i.2xlarge": 0.384,
    "c7i.8xlarge": 1.428,
    "c6i.8xlarge": 1.36,
    "m7i.8xlarge": 1.6128,
}
"""The table, as of TABLE_AS_OF."""


def hourly_usd(configured: Mapping[str, float]) -> dict[str, float]:
    """Return the price of an hour by type, as far as it is known without asking AWS: what is set wins."""
    return {**HOURLY_USD, **configured}
