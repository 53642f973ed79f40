"""What an hour of an instance type costs, where AWS is not asked or does not answer."""

from collections.abc import Iterable, Mapping

from include.report.model import Price
from include.report.price_table import HOURLY_USD, TABLE_AS_OF, TABLE_SOURCE

HOURS_OF_MONTH = 730
"""What AWS takes for a month."""
CONFIGURED_SOURCE = "the setting TIER1_HOURLY_USD"


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
