"""Numbers as people write them: decimal commas, thousands, words for "none"."""

# pyarrow makes its compute functions when it is imported
# pyright: reportAttributeAccessIssue=false

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NONE = ("", "-", "na", "n/a", "nan", "null", "none", "#n/a", "\\n")  # PostgreSQL and MySQL write \\N
_FLOATS = (pa.float64(), pa.float32())
_GROUPING = "[\u00a0\u202f' ]"  # between the digits of a long number
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})*,\d+(?:[eE][+-]?\d+)?|[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


class NotANumberError(ValueError):
    """A value that is none; `args` are its position, and what is wrong."""


def numbers(values: pa.Array, *, is_price: bool) -> np.ndarray:
    """Read values as numbers; NaN where there is none.

    A comma in a price is a decimal comma: no price of the 28 pairs reaches a thousand. In a volume of which
    nothing else is known it stands between thousands.

    Raises:
        NotANumberError: a value is something else.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if _is_text(values.type):
        return _of_text(values.cast(pa.string()), is_price=is_price)
    kind = values.type
    if pa.types.is_decimal(kind):  # whose own cast is not to the nearest number
        return _cast(values.cast(pa.string()))
    if not (pa.types.is_integer(kind) or kind in _FLOATS or pa.types.is_null(kind)):
        raise NotANumberError(0, f"is a value of the type {kind}")
    return np.array(values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), float)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _of_text(values: pa.Array, *, is_price: bool) -> np.ndarray:
    try:
        return _cast(values)
    except pa.ArrowInvalid:  # not just digits and points
        plain = pc.utf8_trim_whitespace(values)
        none = pc.is_in(pc.utf8_lower(plain), pa.array(_NONE))
        plain = pc.if_else(none, pa.scalar(None, pa.string()), plain)
    try:
        return _cast(plain)
    except pa.ArrowInvalid:
        written = [_with_point(it, is_price=is_price) for it in plain.to_pylist()]
    try:
        return _cast(pa.array(written, pa.string()))
    except pa.ArrowInvalid:
        first = next(k for k, it in enumerate(written) if it is not None and not _is_number(it))
        raise NotANumberError(first, f"is {values[first].as_py()!r}") from None


def _cast(values: pa.Array) -> np.ndarray:
    return np.array(values.cast(pa.float64()).to_numpy(zero_copy_only=False), float)


def _with_point(text: str | None, *, is_price: bool) -> str | None:
    if text is None:
        return None
    joined = re.sub(rf"(?<=\d){_GROUPING}(?=\d{{3}}(\D|$))", "", text)
    if _THOUSANDS.fullmatch(joined) and (not is_price or "." in joined or joined.count(",") > 1):
        return joined.replace(",", "")
    if _DECIMAL_COMMA.fullmatch(joined):
        return joined.replace(".", "").replace(",", ".")
    return joined


def _is_number(text: str) -> bool:
    try:
        pa.scalar(text).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
