"""Excel's workbooks, which are refused: their cells may be dates without a zone, rounded or hidden."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.errors import BadPricesError
from include.sources.formats.format import Format, Head

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def _recognizes(head: Head) -> bool:
    # a new workbook is an archive, of which this is one member
    return head.name == "[Content_Types].xml" or head.start.startswith(_OLD_EXCEL)


def _read(head: Head, _stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    raise BadPricesError(f"{head.source}: an Excel workbook; save its sheet as CSV and load that")


FORMAT = Format("Excel", _recognizes, _read)
