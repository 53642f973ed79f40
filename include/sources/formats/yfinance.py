"""What yfinance's `download(...).to_csv()` writes: a line of fields, one of tickers, one for the index."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.formats.delimited import read_lines
from include.sources.formats.format import Format, Head


def _recognizes(head: Head) -> bool:
    return len(head.rows) > 1 and {head.rows[0][0], head.rows[1][0]} == {"Price", "Ticker"}


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    upper, lower, *rest = head.rows
    names = ["Datetime", *(f"{a} {b}" for a, b in zip(upper[1:], lower[1:], strict=False))]
    has_index_line = bool(rest) and not any(rest[0][1:])
    yield from read_lines(head, stream, names, skip_lines=3 if has_index_line else 2)


FORMAT = Format("yfinance", _recognizes, _read)
