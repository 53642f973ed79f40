"""Files that hold no text and are not read, told by their first bytes: named, instead of taken for a text."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from include.sources.errors import BadPricesError
from include.sources.formats.format import Format, Head

_KINDS = (
    (0, b"\x28\xb5\x2f\xfd", "packed by zstd"),
    (0, b"\x04\x22\x4d\x18", "packed by lz4"),
    (0, b"7z\xbc\xaf\x27\x1c", "packed by 7-Zip"),
    (0, b"Rar!\x1a\x07", "packed by RAR"),
    (257, b"ustar", "a tar archive"),
    (0, b"PK\x03\x04", "an archive in an archive"),  # the outer one was unpacked
    (0, b"ARROW1\0\0", "an Arrow or Feather file"),
    (0, b"SQLite format 3\0", "a SQLite database"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (0, b"\x80\x04\x95", "a pickle of Python's"),
    (0, b"\x80\x05\x95", "a pickle of Python's"),
    (0, b"ORC\x0a", "an ORC file"),
    (0, b"Obj\x01", "an Avro file"),
)


def _kind(head: Head) -> str | None:
    return next((what for at, magic, what in _KINDS if head.start.startswith(magic, at)), None)


def _read(head: Head, _stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    raise BadPricesError(
        f"{head.source}: it is {_kind(head)}, which is not read; give CSV, JSON or Parquet, as it is or in "
        ".gz, .bz2, .xz or .zip"
    )


FORMAT = Format("another kind", lambda head: _kind(head) is not None, _read)
