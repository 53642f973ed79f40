"""HistData's minutes: `20240102 000000;1.1;1.2;1.0;1.1;0`, no header, Eastern Standard Time all year.

Its files for MetaTrader look like MetaTrader's own, so those are known by their names.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.formats.delimited import read_lines
from include.sources.formats.format import Format, Head

_ASCII = re.compile(r"\d{8} \d{6}(;\d+([.,]\d+)?){4,5}")
_FOR_METATRADER = re.compile(r"DAT_MT_", re.IGNORECASE)


def _recognizes(head: Head) -> bool:
    if not head.lines:
        return False
    return bool(_ASCII.fullmatch(head.lines[0].strip()) or _FOR_METATRADER.match(head.name))


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    time = ["time"] if head.delimiter == ";" else ["date", "time"]
    names = [*time, "open", "high", "low", "close", "volume"]
    yield from read_lines(head, stream, names[: len(head.rows[0])] if head.rows else names, skip_lines=0)


FORMAT = Format("HistData", _recognizes, _read, clock="EST")
