"""The last line of a text that may be cut: a download that broke off leaves a price with fewer digits."""

import io
import re
from typing import BinaryIO

import pyarrow as pa

from include.sources.columns import VOLUMES, plain_name
from include.sources.errors import BadPricesError
from include.sources.formats.format import Head

_DECIMALS = re.compile(r"[^.,]*[.,]")


class Ending(io.RawIOBase):
    """A stream that remembers how it ended."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read from another stream."""
        super().__init__()
        self._stream = stream
        self.last = b"\n"

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Read into a buffer."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.last = data[-4:] or self.last
        return len(data)


def without_cut_value(head: Head, ending: bytes, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the last rows of a file; a last volume that may lack digits becomes none.

    Args:
        head: how the file begins.
        ending: its last bytes.
        batch: its last rows, as text.

    Raises:
        BadPricesError: another last value may lack digits.
    """
    if not _may_be_cut(head, ending, batch):
        return batch
    last = batch.num_columns - 1
    name, values = batch.schema.names[last], batch.column(last).to_pylist()
    if plain_name(name) not in VOLUMES:
        raise BadPricesError(
            f"{head.source}: the last line has no line end, and its last value {values[-1]!r} is shorter "
            "than others, as after a download that was cut off: fetch it again, or add a line end if it is "
            "whole"
        )
    head.notes["the last line has no line end: its volume was taken as none"] += 1
    return batch.set_column(last, name, pa.array([*values[:-1], ""], pa.string()))


def _may_be_cut(head: Head, ending: bytes, batch: pa.RecordBatch) -> bool:
    """Tell whether the last line has no line end, and a last value that is shorter than others."""
    if b"\n" in ending[-2:] or b"\r" in ending[-2:] or ending.endswith(b'"') or batch.num_columns == 1:
        return False  # bars have more than one value
    values = [str(it) for it in batch.column(batch.num_columns - 1).to_pylist()]
    others = values[:-1] + [row[-1] for row in head.rows if len(row) == batch.num_columns]
    lengths = [len(_DECIMALS.sub("", it)) if _DECIMALS.match(it) else 0 for it in [values[-1], *others]]
    if max(lengths) == 0:
        lengths = [len(values[-1]), *(len(it) for it in others if it.strip().isdigit())]
    return lengths[0] < max(lengths)
