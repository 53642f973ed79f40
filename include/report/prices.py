"""What an hour of an instance type costs, where AWS is not asked or does not answer."""

from collections.abc import Iterable, Mapping
from typing import Final

from include.report.model import Price

HOURS_OF_MONTH = 730
"""What AWS takes for a month."""
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
CONFIGURED_SOURCE = "the setting TIER1_HOURLY_USD"


def hourly_usd(configured: Mapping[str, float]) -> dict[str, float]:
    """Return the price of an hour by type, as far as it is known without asking AWS: what is set wins."""
    return {**HOURLY_USD, **configured}


def prices_of(
    types: Iterable[str], configured: Mapping[str, float], asked: Mapping[str, Price], today: str
) -> list[Price]:
    """Return the prices of these types that are known: what is set, else what AWS says, else the table.

    Args:
        types: the types; one that nobody knows is left out.
        configured: the setting, US dollars by type.
        asked: what AWS has answered, by type.
        today: the day from which a setting counts, YYYY-MM-DD: it has no other.
    """
    known = {
        **{name: _price(name, usd, TABLE_SOURCE, TABLE_AS_OF) for name, usd in HOURLY_USD.items()},
        **asked,
        **{name: _price(name, usd, CONFIGURED_SOURCE, today) for name, usd in configured.items()},
    }
    return [known[name] for name in dict.fromkeys(types) if name in known]


def _price(name: str, usd: float, source: str, as_of: str) -> Price:
    return Price(type=name, hourly_usd=usd, source=source, as_of=as_of)
