"""Parquet, of pandas, Spark, BigQuery or anybody."""

import ast
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from pyarrow import parquet

from include.sources.formats.format import Format, Head

BATCH_ROWS = 128 * 1024
BUFFER_BYTES = 1024 * 1024


def _recognizes(head: Head) -> bool:
    return head.start.startswith(b"PAR1")


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    # a group of rows may be larger than the memory: its columns are read as they are needed
    file = parquet.ParquetFile(pa.PythonFile(stream, mode="r"), pre_buffer=False, buffer_size=BUFFER_BYTES)
    names = [_plain(name) for name in file.schema_arrow.names]
    # few rows of many columns at a time: memory is for values
    rows = max(1024, BATCH_ROWS * 8 // max(8, len(names)))
    for batch in file.iter_batches(rows, use_threads=False):
        yield batch.rename_columns(names)


def _plain(name: str) -> str:
    """Write a column of a pandas MultiIndex, `('Close', 'EURUSD=X')`, as `Close EURUSD=X`."""
    if not (name.startswith("(") and name.endswith(")")):
        return name
    try:
        levels = ast.literal_eval(name)
    except (ValueError, SyntaxError):
        return name
    return " ".join(str(level) for level in levels if str(level)) if isinstance(levels, tuple) else name


FORMAT = Format("Parquet", _recognizes, _read)
