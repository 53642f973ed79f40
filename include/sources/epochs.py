"""Times as numbers: seconds, or parts of seconds, since 1970; the size of the number tells which."""

# pyarrow makes its compute functions when it is imported
# pyright: reportAttributeAccessIssue=false

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.sources.errors import BadPricesError

_UNITS = (
    (1e11, "seconds", "s"),
    (1e14, "milliseconds", "ms"),
    (1e17, "microseconds", "us"),
    (4.2e18, "nanoseconds", "ns"),
)
"""From 1973 to 2100 each unit has numbers of its own: the first bound that a number is below tells it."""
_SMALLEST = 1e8
_DIGITS = r"^\s*\d{9,19}(\.\d*)?\s*$"
# 20240301, 202403011200, 20240301120000: a date and a time written together
_WRITTEN = r"^\s*(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d([0-5]\d)?)?\s*$"


def are_epoch(values: pa.Array) -> bool:
    """Tell whether values are epoch numbers: numbers, also as text, that do not write out a date."""
    kind = values.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return True
    if pa.types.is_integer(kind):
        return len(values) > 0 and not _all_match(values[:1].cast(pa.string()), _WRITTEN)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return len(values) > 0 and _all_match(values, _DIGITS) and not _all_match(values, _WRITTEN)
    return False


def first_other(texts: pa.Array) -> int | None:
    """Find the first text that is no epoch number, where the first of all is one; None where it is not."""
    if not are_epoch(texts[:1]):
        return None
    return int(np.argmin(pc.match_substring_regex(texts, _DIGITS).to_numpy(zero_copy_only=False)))


def _all_match(values: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def from_epoch(source: str, column: str, values: pa.Array, first_row: int) -> tuple[np.ndarray, str]:
    """Read epoch numbers as times, `datetime64[us]`, and say which unit they have.

    Raises:
        BadPricesError: they are of no unit, or of several.
    """
    numbers = _numbers(values)
    smallest, largest = int(numbers.argmin()), int(numbers.argmax())
    for at in (smallest, largest):
        if _unit(numbers[at]) is None:
            is_day = 10_000 < numbers[at] < 100_000
            what = "looks like Excel's number of a day" if is_day else "is no epoch number"
            raise BadPricesError(
                f"{source}: row {first_row + at}: {column} {values[at].as_py()!r} is not a time, it {what}; "
                "write 2024-03-01T12:00:00Z"
            )
    units = [_unit(numbers[at]) or ("", "s") for at in (smallest, largest)]
    if units[0] != units[1]:
        raise BadPricesError(
            f"{source}: {column} has epoch numbers of different units: {values[smallest].as_py()!r} would be "
            f"{units[0][0]}, {values[largest].as_py()!r} {units[1][0]}; write all in one unit"
        )
    name, unit = units[0]
    if np.issubdtype(numbers.dtype, np.integer):
        return numbers.astype(f"datetime64[{unit}]").astype("datetime64[us]"), name
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    return np.rint(numbers * (1e6 / per_second)).astype(np.int64).astype("datetime64[us]"), name


def _numbers(values: pa.Array) -> np.ndarray:
    if not pa.types.is_integer(values.type):
        text = values.cast(pa.string())
        text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\.0*\s*$", ""))
        values = text.cast(pa.int64() if _all_match(text, r"^\d+$") else pa.float64())
    return values.to_numpy(zero_copy_only=False)


def _unit(number: float) -> tuple[str, str] | None:
    if not number >= _SMALLEST:
        return None
    return next(((name, unit) for bound, name, unit in _UNITS if number < bound), None)
