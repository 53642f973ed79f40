"""What a format is, and what it sees of a file before it says whether the file is one of its own."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

import pyarrow as pa

HEAD_BYTES = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_DELIMITERS = "\t;|,"


@dataclass(frozen=True)
class Head:
    """How a file begins.

    Attributes:
        source: the file, for messages.
        name: what the file is called.
        start: its first bytes.
        notes: what is understood of it, with the number of rows.
    """

    source: str
    name: str
    start: bytes
    notes: Counter[str] = field(default_factory=Counter)

    @cached_property
    def encoding(self) -> str:
        """The encoding that a byte order mark tells, or zeros at every other place; else UTF-8."""
        for mark, encoding in _MARKS:
            if self.start.startswith(mark):
                return encoding
        if self.start[1:200:2].strip(b"\0") == b"" and len(self.start) > 3:
            return "utf-16-le"
        if self.start[0:200:2].strip(b"\0") == b"" and len(self.start) > 3:
            return "utf-16-be"
        return "utf-8"

    @cached_property
    def text(self) -> str:
        """The beginning as text."""
        return codecs.getincrementaldecoder(self.encoding)("replace").decode(self.start)

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that are not empty; the last of them may be cut."""
        return [line for line in _LINE_END.split(self.text) if line.strip()][:50]

    def lines_until(self, count: int) -> int:
        """Return after how many lines, empty ones included, there have been `count` that are not empty."""
        found = [k for k, line in enumerate(_LINE_END.split(self.text)) if line.strip()]
        return found[count - 1] + 1 if count else 0

    @cached_property
    def delimiter(self) -> str:
        """The sign between values: a comma only where there is no other, for it may be a decimal comma."""
        first = self.lines[0] if self.lines else ""
        return next((sign for sign in _DELIMITERS if sign in first), ",")

    @cached_property
    def rows(self) -> list[list[str]]:
        """The values of the first lines."""
        lines = self.lines if len(self.start) < HEAD_BYTES else self.lines[:-1]
        try:
            table = list(csv.reader(lines, delimiter=self.delimiter))
        except csv.Error:  # such as a value that is longer than any number or time
            return []
        return [[value.strip() for value in row] for row in table]


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        name: as people call it.
        recognizes: tells from a file's beginning whether it is of this kind.
        read: yields its rows in batches, columns named as in the file, text as text.
        clock: the zone of its times where they have no offset; None: the file does not say.
        advice: for whoever has to say the zone.
    """

    name: str
    recognizes: Callable[[Head], bool]
    read: Callable[[Head, BinaryIO], Iterator[pa.RecordBatch]]
    clock: str | None = None
    advice: str = ""
