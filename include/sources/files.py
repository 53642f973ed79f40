"""Prices from files: whatever format, checked by name before anything is done with them.

Long: a time, a pair, a close and, where known, open, high, low, volume. Of one pair: the same, and the
file's name tells the pair. Wide: a time and a column of closes for each pair, empty = no bar.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd

from include.market import PAIRS
from include.numerics.grid import place, union
from include.sources.bars import FIELDS, PairBars
from include.sources.errors import BadPricesError
from include.sources.hints import Hints
from include.sources.inputs import inputs_of
from include.sources.reading import Reading
from include.sources.repeats import without_repeats


def read_whole(path: Path, hints: Hints | None = None) -> list[PairBars]:
    """Read all bars of a file, or of the files in an archive: one for each pair that it has, sorted by time.

    Raises:
        BadPricesError: the file cannot be used, see the message.
    """
    if not path.is_file():
        raise BadPricesError(f"{path}: no such file")
    readings = [Reading(it, hints or Hints()) for it in inputs_of(str(path))]
    return [without_repeats(str(path), bars)[0] for bars in _joined(bars_of(readings, lambda _reading: None))]


def read_closes(path: Path) -> pd.DataFrame:
    """Read a file's close prices on the grid: index `ts_utc`, the 28 pairs in their order, NaN = no bar.

    Raises:
        BadPricesError: the file cannot be used, or a pair is missing from it.
    """
    bars = {it.pair: it for it in read_whole(path)}
    missing = [pair for pair in PAIRS if pair not in bars]
    if missing:
        raise BadPricesError(f"{path}: no price for {', '.join(missing)}; all 28 pairs are needed")
    times = {pair: bars[pair].ts.astype(np.int64) for pair in PAIRS}
    grid = reduce(union, times.values(), np.empty(0, np.int64))
    close = np.full((len(PAIRS), len(grid)), np.nan)
    for k, pair in enumerate(PAIRS):
        place(close[k], grid, times[pair], bars[pair].known["close"])
    index = pd.DatetimeIndex(grid.astype("datetime64[us]"), tz="UTC", name="ts_utc")
    return pd.DataFrame(close.T, index=index, columns=list(PAIRS))


def bars_of(readings: Iterable[Reading], told: Callable[[Reading], None]) -> Iterator[PairBars]:
    """Read files one after another, some bars at a time.

    Args:
        readings: the files.
        told: is called with a file whenever some of it has been read.

    Raises:
        BadPricesError: a file cannot be used, see the message.
    """
    files = bars = 0
    for reading in readings:
        files += 1
        for part in reading.bars():
            bars += len(part)
            yield from part
            told(reading)
    if files and not bars:
        raise BadPricesError("no bars in any of the files")


def _joined(parts: Iterable[PairBars]) -> Iterator[PairBars]:
    """Put the parts of each pair together."""
    by_pair: dict[str, list[PairBars]] = defaultdict(list)
    for part in parts:
        by_pair[part.pair].append(part)
    for pair, found in by_pair.items():
        known = [name for name in FIELDS if any(name in it.known for it in found)]
        values = {name: np.concatenate([it.field(name) for it in found]) for name in known}
        yield PairBars(pair, np.concatenate([it.ts for it in found]), values)
