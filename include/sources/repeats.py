"""Minutes that occur more than once: the same bar again is dropped, two that differ are refused."""

import numpy as np

from include.sources.bars import FIELDS, PairBars
from include.sources.errors import BadPricesError
from include.sources.zones import clocks_that_repeat


def without_repeats(source: str, bars: PairBars) -> tuple[PairBars, int]:
    """Sort bars, and join those of one time into one.

    Returns:
        The bars, and how many were dropped.

    Raises:
        BadPricesError: two bars of one time differ.
    """
    if len(bars.ts) < 2 or (np.diff(bars.ts) > np.timedelta64(0)).all():
        return bars, 0
    order = np.argsort(bars.ts, kind="stable")
    ts = bars.ts[order]
    starts = np.flatnonzero(np.append(True, np.diff(ts) > np.timedelta64(0)))
    values = {name: bars.known[name][order] for name in FIELDS if name in bars.known}
    joined, differs = {}, np.zeros(len(starts), bool)
    for name, column in values.items():
        # NaN where one of them does not know it: fmin and fmax look at the others
        joined[name] = np.fmin.reduceat(column, starts)
        differs |= joined[name] < np.fmax.reduceat(column, starts)
    if differs.any():
        raise BadPricesError(f"{source}: {_said_of(bars.pair, ts, values, ts[starts[differs]])}")
    return PairBars(bars.pair, ts[starts], joined), len(ts) - len(starts)


def _said_of(pair: str, ts: np.ndarray, values: dict[str, np.ndarray], repeated: np.ndarray) -> str:
    at = ts == repeated[0]
    ends = {name: (np.fmin.reduce(it[at]), np.fmax.reduce(it[at])) for name, it in values.items()}
    name = next(name for name in ("close", *FIELDS) if name in ends and ends[name][0] < ends[name][1])
    first, second = ends[name]
    time = np.datetime_as_string(repeated[0], unit="s")
    text = (
        f"{pair} at {time}+00:00 occurs twice, with {name} {first} and {second} ({len(repeated)} such times)"
    )
    clocks = clocks_that_repeat(repeated)
    if clocks:
        return (
            f"{text}. The times look like those of a clock that was put back then: give --timezone "
            f"{' or '.join(clocks)}; to keep one of the two would lose an hour"
        )
    return f"{text}: keep the right one"
