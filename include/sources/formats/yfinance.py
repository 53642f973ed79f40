"""Two lines of names, fields and pairs, as yfinance's `download(...).to_csv()` writes them, and pandas.

A third line may name the index.
"""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.formats.delimited import read_lines
from include.sources.formats.format import Format, Head


def _recognizes(head: Head) -> bool:
    if len(head.rows) < 2:
        return False
    upper, lower = head.rows[:2]
    return upper != lower and len(upper) == len(lower) > 1 and _are_names(lower)


def _are_names(row: list[str]) -> bool:
    """Tell whether a line has names, where data would have a time or a number."""
    return all(row[1:]) and not any(value[:1].isdigit() or value[:1] in ("-", ".") for value in row if value)


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    upper, lower, *rest = head.rows
    names = ["Datetime", *(f"{a} {b}" for a, b in zip(upper[1:], lower[1:], strict=True))]
    has_index_line = bool(rest) and not any(rest[0][1:])
    yield from read_lines(head, stream, names, skip_lines=3 if has_index_line else 2)


FORMAT = Format("yfinance", _recognizes, _read)
