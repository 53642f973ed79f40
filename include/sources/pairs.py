"""How people write pairs: `EUR/USD`, `EUR_USD`, `EURUSD=X`, `C:EURUSD`, `eurusd.m`, also within names.

A pair stands alone: `EURUSDT` and `XEURUSD` are other things. Yahoo's `JPY=X` is the dollar against the yen.
"""

import re
from functools import lru_cache

from include.market import CURRENCIES, PAIRS
from include.sources.errors import BadPricesError

_CURRENCY = "|".join(CURRENCIES)
# frx: Deriv's prefix; a small letter may follow capitals: brokers add one to their symbols
_WRITTEN = re.compile(
    rf"(?:(?<![A-Za-z])|(?<=frx))(?:"
    rf"(?P<base>{_CURRENCY})[-/_. ]?(?P<quote>{_CURRENCY})(?![A-Z])"
    rf"|(?P<base_small>{_CURRENCY.lower()})[-/_. ]?(?P<quote_small>{_CURRENCY.lower()})(?![A-Za-z])"
    rf"|(?P<yahoo>{_CURRENCY})=X"
    rf")"
)
_MIXED = re.compile(rf"(?i:(?<![A-Z])({_CURRENCY})[-/_. ]?({_CURRENCY})(?![A-Z]))")


def pairs_in(text: str) -> list[tuple[str, str]]:
    """Find the pairs that a text names: for each its six letters, and how it is written there."""
    found = {}
    for match in _WRITTEN.finditer(text):
        part = match.groupdict()
        base, quote = part["base"] or part["base_small"], part["quote"] or part["quote_small"]
        pair = f"usd{part['yahoo']}" if part["yahoo"] else f"{base}{quote}"
        found.setdefault(pair.lower(), match.group())
    if not found:  # Eur/Usd
        found = {(m[1] + m[2]).lower(): m.group() for m in _MIXED.finditer(text)}
    return [(pair, written) for pair, written in found.items() if pair[:3] != pair[3:]]


@lru_cache(maxsize=1024)
def pair_of(text: str) -> str | None:
    """Read the one pair that a text names; None where it names none, or several.

    Raises:
        BadPricesError: the pair is one of the 28 the other way round.
    """
    found = pairs_in(text)
    if len(found) != 1:
        return None
    [(pair, _)] = found
    if pair not in PAIRS:
        turned = pair[3:] + pair[:3]
        raise BadPricesError(f"{text!r} is {turned} the other way round: load 1 / price as {turned}")
    return pair
