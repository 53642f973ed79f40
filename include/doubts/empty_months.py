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
        what_to_do = "Choose other months, or load them; each stage computes and marks each empty month."
        yield _doubt(
            "most pairs have",
            months[start:end],
            what_to_do + _stray(months, there, start, end, refuses=refuses),
            refuses=refuses,
        )
    for k, pair in enumerate(PAIRS):
        for start, end in runs(~there[k] & ~empty):
            what_to_do = (
                f"Load {pair} for them. Otherwise {pair}_arbitrage_* are NULL there, and the currencies' "
                "values come from fewer pairs."
            )
            yield _doubt(f"{pair} has", months[start:end], what_to_do)


def _stray(months: Sequence[Month], there: np.ndarray, start: int, end: int, *, refuses: bool) -> str:
    """Point at the bars that make the run so long, where they may be dated wrong."""
    bars = [str(month) for month in np.asarray(months)[start:end][there[:, start:end].any(axis=0)]]
    if bars:
        return f" Some pairs have a bar in {', '.join(bars[:3])}: look whether its date is wrong."
    if end == len(months):  # a run ends with the last month that has bars and is over
        return " There are bars after the last month: look whether their date is wrong."
    if refuses and 0 < start <= _STRAY_MONTHS:
        before = ", ".join(map(str, months[:start]))
        return f" Before them, there are bars in {before} only: look whether their date is wrong."
    return ""


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
