"""The market: currencies, pairs, triangles and blocs, each in the order used everywhere.

They are defined in docs/reference/contract.md (contract, sections 1, 4 and 5).
"""

from typing import Final, NamedTuple

CURRENCIES: Final = ("AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD")

PAIRS: Final = (
    "audcad", "audchf", "audjpy", "audnzd", "audusd", "cadchf", "cadjpy", "chfjpy", "euraud", "eurcad",
    "eurchf", "eurgbp", "eurjpy", "eurnzd", "eurusd", "gbpaud", "gbpcad", "gbpchf", "gbpjpy", "gbpnzd",
    "gbpusd", "nzdcad", "nzdchf", "nzdjpy", "nzdusd", "usdcad", "usdchf", "usdjpy",
)  # fmt: skip

GROUPS: Final = {
    "major": ("EUR", "GBP", "JPY", "USD"),
    "safe_haven": ("CHF", "JPY"),
    "commodity": ("AUD", "CAD", "NZD"),
}
"""The groups that a currency's strength is measured against."""

BLOCS: Final = {
    "commodity": ("AUD", "CAD", "NZD"),
    "safe_haven": ("CHF", "JPY"),
    "euro": ("EUR",),
    "usd": ("USD",),
}


class Leg(NamedTuple):
    """One conversion of a round trip.

    Attributes:
        pair: position of the traded pair in `PAIRS`.
        sign: +1 or -1, the sign with which the pair's log price counts.
    """

    pair: int
    sign: int


def base_and_quote(pair: str) -> tuple[int, int]:
    """Return the positions in `CURRENCIES` of the pair's base and quote currency."""
    return CURRENCIES.index(pair[:3].upper()), CURRENCIES.index(pair[3:].upper())


def leg(sold: int, bought: int) -> Leg:
    """Return the leg that turns currency `sold` into `bought`: sigma(sold, bought) of the contract."""
    name = (CURRENCIES[sold] + CURRENCIES[bought]).lower()
    if name in PAIRS:
        return Leg(PAIRS.index(name), 1)
    return Leg(PAIRS.index(name[3:] + name[:3]), -1)


def round_trips(pair: str) -> list[tuple[Leg, Leg, Leg]]:
    """Return the six round trips b -> q -> z -> b of a pair (b, q), z in currency order."""
    b, q = base_and_quote(pair)
    return [(leg(b, q), leg(q, z), leg(z, b)) for z in range(len(CURRENCIES)) if z not in (b, q)]


def border_pairs(bloc: str) -> list[Leg]:
    """Return the pairs with exactly one currency in the bloc; +1 where that currency is the base, else -1."""
    members = {CURRENCIES.index(c) for c in BLOCS[bloc]}
    legs = []
    for k, pair in enumerate(PAIRS):
        b, q = base_and_quote(pair)
        if (b in members) != (q in members):
            legs.append(Leg(k, 1 if b in members else -1))
    return legs
