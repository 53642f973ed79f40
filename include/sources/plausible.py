"""Refuses a bar that cannot be."""

from collections import Counter

import numpy as np

from include.sources.bars import PairBars
from include.sources.errors import BadPricesError


def checked(source: str, bars: PairBars, notes: Counter[str]) -> PairBars:
    """Return the bars; a volume of -1 is none: Interactive Brokers writes it so.

    Raises:
        BadPricesError: a price is not positive and finite, or a volume negative.
    """
    known = dict(bars.known)
    volume = known.get("volume")
    if volume is not None:
        none = volume == -1
        if none.any():
            notes["volume -1 was taken as none"] += int(none.sum())
            known["volume"] = volume = np.where(none, np.nan, volume)
        _refuse(source, bars, "volume", volume, (volume < 0) | np.isinf(volume))
    for name, price in known.items():
        if name != "volume":
            bad = (price <= 0) | np.isinf(price)
            _refuse(source, bars, name, price, bad | np.isnan(price) if name == "close" else bad)
    return PairBars(bars.pair, bars.ts, known)


def _refuse(source: str, bars: PairBars, name: str, column: np.ndarray, bad: np.ndarray) -> None:
    if not bad.any():
        return
    at = int(np.argmax(bad))
    found = (
        f"{source}: {bars.pair} at {bars.ts[at].item().isoformat()}+00:00: {name} is {column[at]} "
        f"({bad.sum()} such rows)"
    )
    if name == "volume":
        raise BadPricesError(f"{found}; a volume is 0 or more: correct or remove the row")
    raise BadPricesError(f"{found}; a price is positive and finite: correct or remove the row")
