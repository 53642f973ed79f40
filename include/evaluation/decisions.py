"""When a portfolio decides: how far it looks ahead, and at which bars."""

from typing import Final

import numpy as np

HORIZON: Final = 60
"""Bars from one decision to the next; on daily data it is the next bar."""
_DAILY = 2.0  # bars a day, at most
_YEAR = np.timedelta64(31_557_600, "s")  # of 365.25 days


def horizon_of(ts: np.ndarray) -> int:
    """Tell from the data's own rate how many bars lie between two decisions."""
    days = len(np.unique(ts.astype("datetime64[D]")))
    return 1 if len(ts) <= _DAILY * days else HORIZON


def decision_bars(first: int, bars: int, horizon: int, most: int) -> np.ndarray:
    """Return the positions of the decisions: every `horizon` bars, the latest ones, `most` of them at most.

    Two decisions are a whole horizon apart, so that no two outcomes overlap.

    Args:
        first: position of the first bar that may be one.
        bars: how many bars there are.
        horizon: bars from one to the next.
        most: how many are wanted at most.
    """
    return np.arange(bars - 1, first - 1, -horizon)[:most][::-1]


def per_year(ts: np.ndarray) -> float:
    """Count how many decisions the data have in a year."""
    return (len(ts) - 1) * float(_YEAR / (ts[-1] - ts[0]))
