"""What a doubt would do to which features."""

import numpy as np

from include.market import CURRENCIES, base_and_quote


def off(pair: str, gap: float) -> str:
    """Tell what a price that is off by `gap`, in log units, would do.

    An error of one of the 28 prices moves its two currencies by an eighth, and the index by 8/7 of that.
    """
    percent = 100 * np.expm1(min(abs(gap) / (len(CURRENCIES) - 1), 10.0))
    return (
        f"{baskets(pair)} would be off by about {percent:.2g} %, their blocs too, and {pair}_arbitrage_* and "
        "those of the pairs in its triangles would show profits that are not there"
    )


def baskets(pair: str) -> str:
    """Name the columns of the pair's two currencies."""
    base, quote = (CURRENCIES[c].lower() for c in base_and_quote(pair))
    return f"{base}_basket_* and {quote}_basket_*"


def price(log_price: float) -> str:
    """Write a price, given its logarithm."""
    return f"{np.exp(log_price):.6g}"
