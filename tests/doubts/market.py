"""A market of minutes that is fine, what goes wrong with it, and what is said then."""

import numpy as np

from include.doubts import checks
from include.doubts.doubt import Line
from include.doubts.part import Part
from include.market import PAIRS
from include.stages.panel import Panel
from tests.panels import market

BARS = 3_000
MONDAY = np.datetime64("2024-03-04T00:00", "us")
MINUTE = np.timedelta64(1, "m")


def panel(close: np.ndarray | None = None, ts: np.ndarray | None = None) -> Panel:
    """Two days of minutes, unless told otherwise."""
    close = market(BARS) if close is None else close
    return Panel(MONDAY + np.arange(close.shape[1]) * MINUTE if ts is None else ts, close)


def row(pair: str) -> int:
    return PAIRS.index(pair)


def changed(pair: str, change) -> np.ndarray:
    """The market, with one pair's prices changed."""
    close = market(BARS)
    close[row(pair)] = change(close[row(pair)])
    return close


def lines(*panels: Panel) -> list[Line]:
    """The table's lines of these parts of a history."""
    found, tail = [], None
    for it in panels:
        part = Part.of(it, tail)
        tail = part.tail
        found += checks.doubts_about(part)
    return checks.table(found)


def told(*panels: Panel, of: str | None = None) -> list[Line]:
    """Those that are not ok; of one check, or of all."""
    return [line for line in lines(*panels) if line.result != "ok" and of in (None, line.name)]


def by_itself(pair: str, prices_at_times: tuple[np.ndarray, np.ndarray], others: Panel) -> Panel:
    """The others, and the pair with bars at times of its own."""
    ts, prices = prices_at_times
    grid = np.union1d(others.ts, ts)
    close = np.full((len(PAIRS), len(grid)), np.nan)
    close[:, np.searchsorted(grid, others.ts)] = others.close
    close[row(pair)] = np.nan
    close[row(pair), np.searchsorted(grid, ts)] = prices
    some = ~np.isnan(close).all(axis=0)
    return Panel(grid[some], close[:, some])
