"""The market as docs/reference/contract.md states it: section 1, windows of section 3, costs of section 4.

Repeated from `include.market` on purpose: a wrong order or name there must not be repeated here.
"""

CURRENCIES = ("AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD")
PAIRS = (
    "audcad", "audchf", "audjpy", "audnzd", "audusd",
    "cadchf", "cadjpy", "chfjpy",
    "euraud", "eurcad", "eurchf", "eurgbp", "eurjpy", "eurnzd", "eurusd",
    "gbpaud", "gbpcad", "gbpchf", "gbpjpy", "gbpnzd", "gbpusd",
    "nzdcad", "nzdchf", "nzdjpy", "nzdusd",
    "usdcad", "usdchf", "usdjpy",
)  # fmt: skip
GROUPS = {
    "major": ("EUR", "GBP", "JPY", "USD"),
    "safe_haven": ("CHF", "JPY"),
    "commodity": ("AUD", "CAD", "NZD"),
}
BLOCS = {
    "commodity": ("AUD", "CAD", "NZD"),
    "safe_haven": ("CHF", "JPY"),
    "euro": ("EUR",),
    "usd": ("USD",),
}
WINDOWS = (60, 90, 150, 240, 390, 630)
COSTS_BPS = {
    **dict.fromkeys(PAIRS, 2.0),
    **dict.fromkeys(("audusd", "usdcad", "usdchf", "eurgbp", "eurjpy", "eurchf", "nzdusd"), 1.0),
    **dict.fromkeys(("eurusd", "usdjpy", "gbpusd"), 0.5),
}
MAX_STALE_BARS = 60


def currencies_of(pair: str) -> tuple[str, str]:
    """Return base and quote, in upper case."""
    return pair[:3].upper(), pair[3:].upper()


def pair_of(i: str, j: str) -> int:
    """Return the position of the pair that trades these two currencies."""
    return next(k for k, pair in enumerate(PAIRS) if set(currencies_of(pair)) == {i, j})
