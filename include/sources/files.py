"""Prices from CSV and Parquet files, long or wide, checked by name before anything is done with them.

Long: `ts_utc`, `pair`, `close` and, where known, `open`, `high`, `low`, `volume`.
Wide: `ts_utc` and a column of close prices for each pair, empty = no bar.
"""

# pandas' annotations call a filtered column a DataFrame, and more such
# pyright: reportCallIssue=false, reportAssignmentType=false, reportAttributeAccessIssue=false

from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from include.market import PAIRS

OPTIONAL = ("open", "high", "low", "volume")
BARS = ("ts_utc", "pair", "open", "high", "low", "close", "volume")


class BadPricesError(ValueError):
    """A file whose prices cannot be used; the message names file, row or time, value and remedy."""


def read_bars(path: Path) -> pd.DataFrame:
    """Read the file's bars: columns `BARS`, one row for each (pair, time), sorted.

    Raises:
        BadPricesError: the file cannot be used, see the message.
    """
    table = _read(path)
    bars = (
        _check_long(path, table) if "pair" in table else to_bars(_check_wide(path, table).set_index("ts_utc"))
    )
    return _checked(str(path), bars).sort_values(["pair", "ts_utc"], ignore_index=True)


def read_closes(path: Path) -> pd.DataFrame:
    """Read the file's close prices on the grid: index `ts_utc`, the 28 pairs in their order, NaN = no bar.

    Raises:
        BadPricesError: the file cannot be used, or a pair is missing from it.
    """
    table = _read(path)
    if "pair" in table:
        closes = _to_closes(_checked(str(path), _check_long(path, table)))
    else:
        closes = _closes_of_wide(path, _check_wide(path, table).set_index("ts_utc"))
    present = set(closes.columns[closes.notna().any()])
    missing = [pair for pair in PAIRS if pair not in present]
    if missing:
        raise BadPricesError(f"{path}: no price for {', '.join(missing)}; all 28 pairs are needed")
    return closes.loc[:, list(PAIRS)]


def to_bars(closes: pd.DataFrame) -> pd.DataFrame:
    """Turn wide close prices, index `ts_utc`, into bars."""
    long = closes.reset_index().melt(id_vars="ts_utc", var_name="pair", value_name="close")
    return long[long["close"].notna()].reindex(columns=list(BARS))


def _to_closes(bars: pd.DataFrame) -> pd.DataFrame:
    """Turn bars into wide close prices: index `ts_utc`, sorted, a column for each pair that has bars."""
    return bars.pivot(index="ts_utc", columns="pair", values="close")  # noqa: PD010 - nothing to aggregate


def together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Join the bars of several files.

    Raises:
        BadPricesError: two of them have the same bar.
    """
    bars = pd.concat(parts, ignore_index=True)
    return _checked("the files together", bars)


def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise BadPricesError(f"{path}: no such file")
    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if path.suffix not in readers:
        raise BadPricesError(
            f"{path}: {path.suffix or 'no ending'} is not known; give a .csv or a .parquet file"
        )
    try:
        table = readers[path.suffix](path)
    except (ValueError, OSError) as error:  # pandas' and pyarrow's ways to say "cannot read this"
        raise BadPricesError(f"{path}: cannot be read as {path.suffix[1:]}: {error}") from error
    if table.index.name == "ts_utc":
        table = table.reset_index()
    if "ts_utc" not in table:
        raise BadPricesError(f"{path}: no column ts_utc; it has {', '.join(map(str, table.columns))}")
    return table.assign(ts_utc=_utc_times(path, table["ts_utc"]))


def _utc_times(path: Path, times: pd.Series) -> pd.Series:
    """Read times as UTC; refuse a time without an offset, for it could be any zone's."""
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        text = times.astype(str)
        naive = ~text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2}|\+\d{2})$", regex=True)
        if naive.any():
            row = int(np.argmax(naive))
            raise BadPricesError(
                f"{path}: row {row}: ts_utc {text.iloc[row]!r} has no UTC offset ({naive.sum()} such rows); "
                "write times as 2024-03-01T12:00:00Z"
            )
        parsed = pd.to_datetime(text, utc=True, format="ISO8601", errors="coerce")
        if parsed.isna().any():
            row = int(np.argmax(parsed.isna()))
            raise BadPricesError(
                f"{path}: row {row}: ts_utc {text.iloc[row]!r} is not a time; write 2024-03-01T12:00:00Z"
            )
        times = parsed
    if times.isna().any():
        raise BadPricesError(f"{path}: row {int(np.argmax(times.isna()))}: ts_utc is empty; remove the row")
    return times.dt.tz_convert("UTC").dt.as_unit("us")


def _check_long(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    unknown = sorted(set(table.columns) - set(BARS))
    if unknown or "close" not in table:
        raise BadPricesError(
            f"{path}: a long file has ts_utc, pair, close and maybe {', '.join(OPTIONAL)}; "
            + (f"unknown: {', '.join(unknown)}" if unknown else "close is missing")
        )
    bars = table.assign(pair=table["pair"].astype(str).str.lower())
    wrong: pd.Series = ~bars["pair"].isin(PAIRS)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadPricesError(
            f"{path}: row {row}: unknown pair {table['pair'].iloc[row]!r}; the pairs are {' '.join(PAIRS)}"
        )
    return bars.reindex(columns=list(BARS))


def _check_wide(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    wide = table.rename(columns=str.lower)
    unknown = sorted(set(wide.columns) - {"ts_utc", *PAIRS})
    if unknown:
        raise BadPricesError(f"{path}: unknown pair {', '.join(unknown)}; the pairs are {' '.join(PAIRS)}")
    return wide


def _closes_of_wide(path: Path, wide: pd.DataFrame) -> pd.DataFrame:
    """Return the prices of a wide file, sorted; times at which no pair has a price are left out.

    Where a value, a time or a column is not as it should be, its bars tell which one, or that all is well.
    """
    if wide.index.is_unique and wide.columns.is_unique and all(map(is_numeric_dtype, wide.dtypes)):
        closes = wide.astype(float)
        if not _impossible(closes).any(axis=None):
            return closes.sort_index().dropna(how="all")
    return _to_closes(_checked(str(path), to_bars(wide)))


def _impossible(prices):
    """Tell where a price is not positive and finite; NaN is no price."""
    return prices.le(0) | prices.eq(np.inf)


def _checked(path: str, bars: pd.DataFrame) -> pd.DataFrame:
    """Return the bars with numbers for numbers; refuse a bar that cannot be."""
    numbers = {name: _numbers(path, bars, name) for name in ("close", *OPTIONAL)}
    for name, values in numbers.items():
        bad: pd.Series = values.lt(0) | values.eq(np.inf) if name == "volume" else _impossible(values)
        if name == "close":
            bad |= values.isna()
        if bad.any():
            raise BadPricesError(
                f"{path}: {_where(bars, bad)}: {name} is {values[bad].iloc[0]} ({bad.sum()} such rows); "
                "a price is positive and finite: correct or remove the row"
            )
    twice: pd.Series = bars.duplicated(["pair", "ts_utc"])
    if twice.any():
        raise BadPricesError(
            f"{path}: {_where(bars, twice)} occurs twice ({twice.sum()} such rows); keep one of them"
        )
    return bars.assign(**numbers)


def _numbers(path: str, bars: pd.DataFrame, name: str) -> pd.Series:
    try:
        return pd.Series(bars[name]).astype(float)
    except (ValueError, TypeError) as error:
        raise BadPricesError(f"{path}: a value of {name} is not a number: {error}") from error


def _where(bars: pd.DataFrame, which: pd.Series) -> str:
    first = bars[which].iloc[0]
    return f"{first['pair']} at {first['ts_utc'].isoformat()}"
