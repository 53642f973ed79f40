"""Bars that are not at whole minutes, or as far apart as the others."""

from collections.abc import Iterator

import numpy as np

from include.doubts.doubt import EVERY_PAIR, Doubt
from include.doubts.lags import duration
from include.doubts.part import Part
from include.market import PAIRS

NAME = "bar times"

_MINUTE = 60_000_000
"""Microseconds."""
_UNLIKE = 1.5


def doubts(part: Part) -> Iterator[Doubt]:
    """Yield doubts about seconds, and about the usual time between two bars."""
    own = [part.ts[~np.isnan(row)] for row in part.x]
    for pair, ts in zip(PAIRS, own, strict=True):
        yield from _seconds(pair, ts)
    usual, before = part.usual, part.before and part.before.usual
    if usual is None:
        return
    for k, step in part.steps.items():
        if _unlike(step, usual):
            yield _spacing(PAIRS[k], own[k], step, f"most others one every {_text(usual)}")
    if before is not None and _unlike(usual, before):
        yield _spacing(EVERY_PAIR, part.ts, usual, f"in the months before one every {_text(before)}")


def _seconds(pair: str, ts: np.ndarray) -> Iterator[Doubt]:
    """Doubt bars that are not at a whole minute: data of minutes has none."""
    odd = ts[ts.astype(np.int64) % _MINUTE != 0]
    if len(odd):
        yield Doubt(
            pair,
            "has bars off the minute",
            "the first is at",
            odd[0],
            odd[0],
            odd[-1],
            len(odd),
            -float(odd[0].astype(int)),
            f"Load {pair} with the times at which its bars open, to the minute. Otherwise each such time is "
            "a bar of its own for all pairs: windows of 60 bars cover less than an hour, and "
            f"{pair}_arbitrage_* are NULL.",
        )


def _unlike(step: np.timedelta64, other: np.timedelta64) -> bool:
    return bool(max(step, other) > _UNLIKE * min(step, other))


def _spacing(pair: str, ts: np.ndarray, step: np.timedelta64, others: str) -> Doubt:
    return Doubt(
        pair,
        f"has a bar every {_text(step)}, {others}",
        "the first is at",
        ts[0],
        ts[0],
        ts[-1],
        len(ts),
        -float(ts[0].astype(int)),
        "Load bars of one length only. Otherwise a window of 60 bars is another time than before, "
        "*_momentum_* and *_volatility_* cannot be compared, and between its bars a pair's price is an old "
        "one.",
    )


def _text(step: np.timedelta64) -> str:
    return duration(step.astype("timedelta64[s]").item()).removeprefix("1 ")
