"""Months without bars: often one bar with a wrong date, long before the others."""

from collections.abc import Iterator, Sequence

import numpy as np

from include.doubts.away import runs
from include.doubts.doubt import Doubt
from include.market import PAIRS
from include.months import Month

NAME = "empty months"

MOST_PAIRS = len(PAIRS) // 2
_MOST = 0.5
"""Where more of the months are empty, most of the run would be for nothing."""
_STRAY_MONTHS = 3
"""So few months before a long gap may be none: bars that are dated wrong."""


def doubts(months: Sequence[Month], there: np.ndarray) -> Iterator[Doubt]:
    """Yield a doubt for each stretch of months without bars, of most pairs or of some.

    Args:
        months: the months of the run.
        there: whether the pair has a bar in the month, bool [28, M].
    """
    empty = there.sum(axis=0) < MOST_PAIRS
    refuses = bool(empty.mean() > _MOST)
    for start, end in runs(empty):
        bars = [str(month) for month in np.asarray(months)[start:end][there[:, start:end].any(axis=0)]]
        listed = ", ".join(bars[:3])
        some = f" Some pairs have a bar in {listed}: look whether its date is wrong." if bars else ""
        before = ", ".join(map(str, months[:start])) if start <= _STRAY_MONTHS else ""
        stray = f" Before them, there are bars in {before} only: look whether their date is wrong."
        what_to_do = (
            "Choose other months, or load them; each stage computes and marks each empty month."
            f"{some}{stray if before and refuses else ''}"
        )
        yield _doubt("most pairs have", months[start:end], what_to_do, refuses=refuses)
    for k, pair in enumerate(PAIRS):
        for start, end in runs(~there[k] & ~empty):
            what_to_do = (
                f"Load {pair} for them. Otherwise {pair}_arbitrage_* are NULL there, and the currencies' "
                "values come from fewer pairs."
            )
            yield _doubt(f"{pair} has", months[start:end], what_to_do)


def _doubt(who_has: str, months: Sequence[Month], what_to_do: str, *, refuses: bool = False) -> Doubt:
    first, last = (month.astype("datetime64[us]") for month in (months[0], months[-1]))
    return Doubt(
        who_has,
        "no bar in whole months",
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
