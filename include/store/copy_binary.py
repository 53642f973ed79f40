"""Encodes columns for COPY ... (FORMAT BINARY): a header, then for each row its fields, then a trailer.

Format: PostgreSQL documentation, "COPY", section "Binary Format".
"""

from collections.abc import Iterator

import numpy as np

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_EPOCH = np.datetime64("2000-01-01", "us")
_WIRE_TYPES = {"double precision": ">f8", "boolean": "u1", "smallint": ">i2", "timestamptz": ">i8"}
_ROWS_AT_ONCE = 2048  # some 5 MB: fits the cache better than a month


def encode(ts: np.ndarray, columns: np.ndarray, types: list[str]) -> Iterator[bytes]:
    """The bytes of COPY BINARY for rows of (ts_utc, *columns).

    Args:
        ts: `datetime64[us]`, UTC, shape [T].
        columns: Values by column, shape [C, T]; NaN becomes NULL.
        types: SQL type of each column.
    """
    yield HEADER
    layout = _layout(["timestamptz", *types])
    for start in range(0, len(ts), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        yield _encode_rows(layout, ts[start:end], columns[:, start:end])
    yield TRAILER


def _layout(types: list[str]) -> np.dtype:
    """A row without NULLs: the number of fields, 16 bits; then for each its length, 32 bits, and value."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for i, name in enumerate(types):
        fields += [(f"length{i}", ">i4"), (f"value{i}", _WIRE_TYPES[name])]
    return np.dtype(fields)


def _encode_rows(layout: np.dtype, ts: np.ndarray, columns: np.ndarray) -> bytes:
    rows = np.empty(len(ts), layout)
    rows["fields"] = len(columns) + 1
    rows["length0"] = 8
    rows["value0"] = (ts - _EPOCH).astype(np.int64)
    kept = np.ones((len(ts), layout.itemsize), bool)
    for i, (column, null) in enumerate(zip(columns, np.isnan(columns), strict=True), start=1):
        value, offset = layout.fields[f"value{i}"][:2]  # type: ignore[index]
        has_null = null.any()
        rows[f"length{i}"] = np.where(null, -1, value.itemsize) if has_null else value.itemsize
        rows[f"value{i}"] = np.where(null, 0, column) if has_null else column
        if has_null:  # a NULL is a length of -1 and no payload
            kept[null, offset : offset + value.itemsize] = False
    if kept.all():
        return rows.tobytes()
    return rows.view(np.uint8).reshape(len(ts), -1)[kept].tobytes()
