"""CSV and its relatives: any common delimiter and encoding, one line with the columns' names."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
from pyarrow import csv

from include.sources.errors import BadPricesError
from include.sources.formats.cut_line import Ending, without_cut_value
from include.sources.formats.format import Format, Head

BLOCK_BYTES = 8 * 1024 * 1024
_PRICE = re.compile(r"[+-]?\d+[.,]\d+")
_MISFIT = re.compile(r"Expected (\d+) columns, got (\d+): (.*)", re.DOTALL)


def _recognizes(head: Head) -> bool:
    return bool(head.lines)


def _read(head: Head, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    skip = 1 if head.rows and head.rows[0][0].lower() != "sep=" else 2  # Excel's own first line
    names, *rows = head.rows[skip - 1 :] or [[""]]
    if names[0][:1].isdigit() or any(map(_PRICE.fullmatch, names)):
        raise BadPricesError(
            f"{head.source}: has no line with the columns' names; it begins with {head.lines[0][:100]!r}"
        )
    if rows:
        yield from read_lines(head, stream, names, skip_lines=skip)


def read_lines(head: Head, stream: BinaryIO, names: list[str], skip_lines: int) -> Iterator[pa.RecordBatch]:
    """Read lines of values as text.

    Args:
        head: how the file begins.
        stream: its bytes.
        names: the columns' names.
        skip_lines: lines before the first row that are not empty.

    Raises:
        BadPricesError: a line has more or fewer values than there are names, or the last one is cut.
    """
    names = _fitted(names, head.rows[skip_lines] if len(head.rows) > skip_lines else names)
    keys = [str(k) for k in range(len(names))]
    ending = Ending(stream)
    batch = None
    try:
        with csv.open_csv(
            io.BufferedReader(ending, BLOCK_BYTES),
            read_options=csv.ReadOptions(
                column_names=keys,
                skip_rows_after_names=head.lines_until(skip_lines),
                block_size=BLOCK_BYTES,
                encoding=head.encoding,
            ),
            parse_options=csv.ParseOptions(delimiter=head.delimiter),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()), strings_can_be_null=False
            ),
        ) as reader:
            for following in reader:
                if batch is not None:
                    yield batch.rename_columns(names)
                batch = following
    except pa.ArrowInvalid as error:
        # not by a handler of wrong rows: pyarrow prints a traceback where such a row is not UTF-8
        misfit = _MISFIT.search(str(error))
        if misfit:
            expected, actual, line = misfit.groups()
            raise BadPricesError(
                f"{head.source}: {_said_of(line, int(expected), int(actual), head.delimiter)}"
            ) from None
        if "invalid UTF8" in str(error):
            raise BadPricesError(f"{head.source}: its text is not UTF-8: save it as UTF-8") from None
        raise
    if batch is not None and len(batch):
        yield without_cut_value(head, ending.last, batch.rename_columns(names))


def _fitted(names: list[str], row: list[str]) -> list[str]:
    """Give names to the columns of delimiters at the end of each line, or take such names away."""
    extra = len(row) - len(names)
    if extra > 0 and not any(row[len(names) :]):
        return [*names, *[""] * extra]
    if extra < 0 and not any(names[extra:]):
        return names[:extra]
    return names


def _said_of(line: str, expected: int, actual: int, delimiter: str) -> str:
    said = f"the line {line[:100]!r} has {actual} values for {expected} columns"
    if actual < expected:
        return f"{said}: is the file cut off, or a line broken?"
    if expected == 1:
        return f"{said}: remove what stands above the line with the columns' names"
    values = [value.strip() for value in line.split(delimiter)]
    if delimiter == "," and values[-1].isdigit() and not any(map(_PRICE.fullmatch, values)):
        return f"{said}: a decimal comma? Write prices with a point, or put ; between values"
    return f"{said}: correct or remove the line"


FORMAT = Format("CSV", _recognizes, _read)
