"""Sends columns with COPY ... (FORMAT BINARY): a header, then for each row its fields, then a trailer.

Format: PostgreSQL documentation, "COPY", section "Binary Format".
"""

from collections.abc import Iterator

import numpy as np
from numba import njit
from psycopg import Connection, sql

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_EPOCH = np.datetime64("2000-01-01", "us")
_WIDTHS = {"double precision": 8, "boolean": 1, "smallint": 2}  # bytes of a value on the wire
_LENGTH = 4  # bytes of a field's length, in front of its value
_CHUNK = 128 * 1024  # psycopg cuts what is longer; and it stays in the core's cache on its way to the socket


def copy_rows(
    conn: Connection, statement: sql.Composed, ts: np.ndarray, columns: np.ndarray, types: list[str]
) -> None:
    """Send rows to a `copy ... from stdin` statement of the binary format; for the rest see `encode`."""
    with conn.cursor().copy(statement) as copy:
        for chunk in encode(ts, columns, types):
            copy.write(chunk)


def encode(ts: np.ndarray, columns: np.ndarray, types: list[str]) -> Iterator[bytes]:
    """Make the bytes of COPY BINARY for rows of (ts_utc, *columns).

    Args:
        ts: `datetime64[us]`, UTC, shape [T]; no NaT, which PostgreSQL would take for -infinity.
        columns: values by column, shape [C, T]; NaN becomes NULL.
        types: SQL type of each column.
    """
    yield HEADER
    micros = (ts - _EPOCH).astype(np.int64)
    widths = np.array([_WIDTHS[name] for name in types])
    longest_row = 2 + _LENGTH + 8 + int((_LENGTH + widths).sum())
    rows = max(1, _CHUNK // longest_row)
    out = np.empty(rows * longest_row, np.uint8)
    for start in range(0, len(ts), rows):
        block = np.ascontiguousarray(columns[:, start : start + rows].T)
        yield out[: _encode_rows(out, micros[start : start + rows], block, widths)].tobytes()
    yield TRAILER


@njit(cache=True, nogil=True)
def _encode_rows(out: np.ndarray, micros: np.ndarray, block: np.ndarray, widths: np.ndarray) -> int:
    """Write the rows of `block`, shape [T, C], into `out`, and say how many bytes they are."""
    rows, columns = block.shape
    bits = block.view(np.uint64)
    at = 0
    for t in range(rows):
        _put(out, at, columns + 1, 2)
        _put(out, at + 2, 8, _LENGTH)
        _put(out, at + 2 + _LENGTH, micros[t], 8)
        at += 2 + _LENGTH + 8
        for c in range(columns):
            if np.isnan(block[t, c]):  # a NULL is a length of -1 and no value
                _put(out, at, -1, _LENGTH)
                at += _LENGTH
                continue
            _put(out, at, widths[c], _LENGTH)
            at += _LENGTH
            if widths[c] == 8:
                _put(out, at, bits[t, c], 8)
            elif widths[c] == 1:
                out[at] = np.uint8(block[t, c])
            else:
                _put(out, at, int(block[t, c]), 2)
            at += widths[c]
    return at


@njit(inline="always")
def _put(out: np.ndarray, at: int, value: int, width: int) -> None:
    """Put the lowest `width` bytes of `value`, the highest first."""
    # unsigned: where an index might be negative, the compiler makes a store for each byte instead of one
    for i in range(width):
        byte = (np.uint64(value) >> np.uint64(8 * (width - 1 - i))) & np.uint64(0xFF)
        out[np.uint64(at + i)] = np.uint8(byte)
