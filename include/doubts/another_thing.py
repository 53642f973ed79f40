"""A pair that is not what its name says: quoted inversely, at another scale, another pair."""

from collections.abc import Iterator

import numpy as np

from include.doubts import effects
from include.doubts.doubt import Doubt
from include.doubts.part import ANOTHER_THING, Part, median
from include.market import PAIRS
from include.numerics.lag import correlation_of_changes

NAME = "cross rates"

OFF = np.log(1.001)
"""Off by this in the middle of a month: worth a warning. Bid prices and thin pairs are off by 0.0002."""
_FITS = 0.005
_TEN = np.log(10.0)
_OPPOSITE, _FEWEST, _CHANCE = -0.5, 20, 1.5
"""Chance alone correlates few changes: in a month of days that are one day late, -0.5 in one of 100."""


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield a doubt for each pair and month of which the middle is off its cross rates."""
    for _, here in part.months():
        for k in range(len(PAIRS)):
            yield from _of_month(part, k, here)


def _of_month(part: Part, k: int, here: slice) -> Iterator[Doubt]:
    middle, pair = part.middle(k, here), PAIRS[k]
    if middle is None:
        return
    shared = here.start + np.flatnonzero(~np.isnan(part.gap[k, here]))
    refuses = middle >= ANOTHER_THING or _moves_against(part.x[k, shared], part.cross[k, shared])
    if refuses:
        says = _what_it_is(part, k, shared)
        advice = f"Load {pair} again as it is quoted, {pair[3:]} per {pair[:3]}"
    elif middle >= OFF:
        says, advice = "is off from its cross rates all month", f"Compare {pair} with another source"
    else:
        return
    typical = shared[np.abs(np.abs(part.gap[k, shared]) - middle).argmin()]
    x, cross = (effects.price(it[k, typical]) for it in (part.x, part.cross))
    yield Doubt(
        pair,
        says,
        f"{x}, where its cross rates say {cross}, at",
        part.at(typical),
        part.at(shared[0]),
        part.at(shared[-1]),
        len(shared),
        middle,
        f"{advice}; otherwise {effects.off(pair, middle)}.",
        refuses,
    )


def _moves_against(x: np.ndarray, cross: np.ndarray) -> bool:
    """Tell whether it falls when its cross rates rise: near parity an inverse price looks right otherwise."""
    few = len(x)
    return few >= _FEWEST and correlation_of_changes(x, cross) < _OPPOSITE - _CHANCE / np.sqrt(few)


def _what_it_is(part: Part, k: int, shared: np.ndarray) -> str:
    """Say what fits it best."""
    x, cross = part.x[k, shared], part.cross[k, shared]
    candidates = [
        _scaled(x - cross, "is quoted at {} its value"),
        _scaled(x + cross, "is quoted inversely", "is quoted inversely, and at {} its value"),
    ]
    for j, other in enumerate(PAIRS):
        if j != k:
            rate = part.cross[j, shared]
            candidates += [
                (_middle(x - rate), f"looks like {other}"),
                (_middle(x + rate), f"looks like {other}, quoted inversely"),
            ]
    fit, says = min(candidates)
    if fit < _FITS:
        return says
    if _moves_against(x, cross):
        return "moves against its cross rates"
    return f"is {np.exp(median(x - cross)):.3g} times what its cross rates say"


def _scaled(gap: np.ndarray, says: str, with_scale: str | None = None) -> tuple[float, str]:
    """Return how well a power of ten explains the gap, and what to say then."""
    tens = round(median(gap) / _TEN)
    scale = f"{10**tens:,} times" if tens >= 0 else f"1/{10**-tens:,} of"
    if tens == 0:
        return (_middle(gap), says) if with_scale else (np.inf, says)
    return _middle(gap - tens * _TEN), (with_scale or says).format(scale)


def _middle(gap: np.ndarray) -> float:
    found = np.abs(gap[~np.isnan(gap)])
    return median(found) if len(found) else np.inf
