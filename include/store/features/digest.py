"""The digest of a month's rows: what `sum(hash_record_extended(row, 0))` is in PostgreSQL, of what is sent.

PostgreSQL makes it again when it validates. At publishing that would take a fifth more processor time for a
month of `currency_indices`; here it takes a twentieth, as the values are in the cache.
So it also vouches for the way into the table.

Its functions are those by which PostgreSQL chooses hash partitions, so that they do not change: Bob Jenkins'
lookup3 (`src/common/hashfn.c`) for a value, times 31 from column to column (`rowtypes.c`). As values that are
equal have one hash, -0 is 0.
"""

from decimal import Decimal

import numpy as np
from numba import njit

_EPOCH = np.datetime64("2000-01-01", "us")
_BLOCK = 2048  # rows whose hashes stay in the core's first cache

_START = 0x9E3779B9 + 3923095
_U32 = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_31 = np.uint64(31)
_NONE = np.uint64(0)
_SIGN = np.uint64(1)
_INFINITY = np.uint64(0x7FF0 << 49)
"""Of a double without its sign; what is above is NaN."""


def rows_digest(ts: np.ndarray, columns: np.ndarray, types: list[str]) -> Decimal:
    """Digest the rows (ts_utc, *columns), in whatever order.

    Args:
        ts: `datetime64[us]`, UTC, shape [T].
        columns: values by column, shape [C, T]; NaN is NULL.
        types: SQL type of each column.
    """
    is_real = np.array([name == "double precision" for name in types])
    micros = (ts - _EPOCH).astype(np.int64)
    total = 0
    for start in range(0, len(ts), _BLOCK):
        block = np.ascontiguousarray(columns[:, start : start + _BLOCK])
        high, low = _sum_of_hashes(micros[start : start + _BLOCK], block, is_real)
        total += (int(high) << 32) + int(low)
    return Decimal(total)


@njit(cache=True, nogil=True)
def _sum_of_hashes(micros: np.ndarray, block: np.ndarray, is_real: np.ndarray) -> tuple[np.int64, np.int64]:
    """Sum the hashes of the rows, signed, in two parts: of their upper and of their lower 32 bits."""
    bits = block.view(np.uint64)
    hashes = np.empty(len(micros), np.uint64)
    for t in range(len(micros)):
        hashes[t] = _hash_of_integer(micros[t])
    for c in range(len(block)):
        if is_real[c]:
            _add_reals(hashes, bits[c])
        else:
            _add_integers(hashes, block[c])
    high, low = np.int64(0), np.int64(0)
    for t in range(len(micros)):
        high += np.int64(hashes[t]) >> np.int64(32)
        low += np.int64(hashes[t] & _U32)
    return high, low


@njit(inline="always")
def _add_reals(hashes: np.ndarray, bits: np.ndarray) -> None:
    for t in range(len(bits)):
        magnitude = bits[t] << _SIGN
        hash_of_value = _lookup3(8, bits[t] & _U32, bits[t] >> _32)
        counts = magnitude != _NONE and magnitude <= _INFINITY  # what is NULL, or 0, has none
        hashes[t] = hashes[t] * _31 + (hash_of_value if counts else _NONE)


@njit(inline="always")
def _add_integers(hashes: np.ndarray, values: np.ndarray) -> None:
    for t in range(len(values)):
        hash_of_value = _NONE if np.isnan(values[t]) else _lookup3(4, np.uint64(np.int64(values[t])), _NONE)
        hashes[t] = hashes[t] * _31 + hash_of_value


@njit(inline="always")
def _hash_of_integer(value: np.int64) -> np.uint64:
    """Hash an integer of 64 bits: as one of 32 bits where it is one, hence the folding."""
    upper = np.uint64(value) >> _32
    return _lookup3(4, np.uint64(value) ^ (upper if value >= 0 else ~upper), _NONE)


@njit(inline="always")
def _lookup3(length: int, first: np.uint64, second: np.uint64) -> np.uint64:
    """Hash `length` bytes, at most 8, given as two numbers of 32 bits."""
    a = np.uint32(np.uint64(_START + length) + first)
    b = np.uint32(np.uint64(_START + length) + second)
    c = np.uint32(_START + length)
    c = _mix(c, b, 14)
    a = _mix(a, c, 11)
    b = _mix(b, a, 25)
    c = _mix(c, b, 16)
    a = _mix(a, c, 4)
    b = _mix(b, a, 14)
    c = _mix(c, b, 24)
    return (np.uint64(b) << _32) | np.uint64(c)


@njit(inline="always")
def _mix(x: np.uint32, by: np.uint32, bits: int) -> np.uint32:
    turned = np.uint32(by << np.uint32(bits)) | (by >> np.uint32(32 - bits))
    return np.uint32(np.uint32(x ^ by) - turned)
