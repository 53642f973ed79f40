"""MetaTrader 4 (`2024.01.02,00:00,1.1,...`, no header) and 5 (`<DATE> <TIME> ...`, often UTF-16).

Times are those of the broker's server, and the file does not say which; in Python, `copy_rates_range` and its
like give them as if they were UTC.
"""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.formats import delimited
from include.sources.formats.delimited import read_lines
from include.sources.formats.format import Format, Head

_ADVICE = "MetaTrader writes its server's clock, with most brokers New York's and 7 hours: America/New_York+7"
_LINE = re.compile(r"\d{4}\.\d\d\.\d\d[,;\t]\d\d:\d\d(:\d\d)?([,;\t]\d+(\.\d+)?){4,7}")
_OF_PYTHON = {"tick_volume", "spread", "real_volume"}
_NAMES = ["date", "time", "open", "high", "low", "close", "tick_volume", "real_volume", "spread"]


def _has_no_header(head: Head) -> bool:
    return bool(head.lines and _LINE.fullmatch(head.lines[0].strip()))


def _read_without_header(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    yield from read_lines(head, stream, _NAMES[: len(head.rows[0])] if head.rows else _NAMES, skip_lines=0)


def _has_header(head: Head) -> bool:
    return bool(head.lines) and head.lines[0].startswith("<DATE>")


def advice_for(names: Iterable[str]) -> str:
    """Return what to say of the times of MetaTrader's Python, in whatever kind of file; else nothing."""
    return _ADVICE if _OF_PYTHON.issubset(names) else ""


WITHOUT_HEADER = Format("MetaTrader 4", _has_no_header, _read_without_header, advice=_ADVICE)
WITH_HEADER = Format("MetaTrader 5", _has_header, delimited.FORMAT.read, advice=_ADVICE)
