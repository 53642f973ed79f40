"""Months without bars: often one bar with a wrong date, long before the others."""

from collections.abc import Iterator, Sequence

import numpy as np

from include.doubts.away import runs
from include.doubts.doubt import EVERY_PAIR, Doubt
from include.market import PAIRS
from include.months import Month

NAME = "empty months"

_MOST = 0.5
"""Where more of the months are empty, most of the run would be for nothing."""


def doubts(months: Sequence[Month], there: np.ndarray) -> Iterator[Doubt]:
    """Yield a doubt for each stretch of months without bars, of all pairs or of some.

    Args:
        months: the months of the run.
        there: whether the pair has a bar in the month, bool [28, M].
    """
    empty = ~there.any(axis=0)
    refuses = bool(empty.mean() > _MOST)
    for start, end in runs(empty):
        before = int(there[:, :start].any(axis=0).sum())
        what_to_do = (
            f"Where the {before} months before are a wrong date, correct or delete those bars; or choose months "
            "(--start-month, --end-month). Otherwise each empty month is computed and marked in each stage."
        )
        yield _doubt(EVERY_PAIR, months[start:end], what_to_do, refuses=refuses)
    for k, pair in enumerate(PAIRS):
        for start, end in runs(~there[k] & ~empty):
            what_to_do = (
                f"Load {pair} for them. Otherwise {pair}_arbitrage_* are NULL there, and the currencies' values "
                "come from fewer pairs."
            )
            yield _doubt(pair, months[start:end], what_to_do)


def _doubt(pair: str, months: Sequence[Month], what_to_do: str, *, refuses: bool = False) -> Doubt:
    first, last = (month.astype("datetime64[us]") for month in (months[0], months[-1]))
    return Doubt(
        pair,
        "has no bar in whole months",
        "the first begins at",
        first,
        first,
        last,
        len(months),
        float(len(months)),
        what_to_do,
        refuses,
        "month",
    )
