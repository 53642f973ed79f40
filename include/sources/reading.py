"""Reads one file, some bars at a time: the format that recognizes it gives its rows, which become bars."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from include.sources.bars import PairBars
from include.sources.errors import BadPricesError, read_as
from include.sources.formats import FORMATS
from include.sources.formats.format import HEAD_BYTES, Format, Head
from include.sources.hints import Hints
from include.sources.inputs import Input
from include.sources.rows import Rows


@dataclass
class Reading:
    """One file while it is read.

    Attributes:
        file: the file.
        hints: what it cannot say.
        notes: what was understood of it and what was left out, with the number of rows where it counts.
        position: how many of its bytes have been read, about.
    """

    file: Input
    hints: Hints
    notes: Counter[str] = field(default_factory=Counter)
    position: int = 0

    def bars(self) -> Iterator[list[PairBars]]:
        """Read the file's bars.

        Raises:
            BadPricesError: they cannot be used, see the message.
        """
        head = self._head()
        form = next((it for it in FORMATS if it.recognizes(head)), None)
        has_bars = False
        for bars in [] if form is None else self._read(head, form):
            has_bars = has_bars or bool(bars)
            yield bars
        if not has_bars:
            if not self.file.is_part:
                raise BadPricesError(f"{self.file}: no bars in it")
            self.notes["no bars in it"] += 0

    def _head(self) -> Head:
        with read_as(self.file, "a file"), self.file.path.open("rb") as raw, self.file.open(raw) as stream:
            return Head(str(self.file), self.file.names[0], stream.read(HEAD_BYTES), self.notes)

    def _read(self, head: Head, form: Format) -> Iterator[list[PairBars]]:
        rows: Rows | None = None
        first_row = 0
        with read_as(self.file, form.name), self.file.path.open("rb") as raw, self.file.open(raw) as stream:
            for batch in filter(len, form.read(head, stream)):
                names = tuple(batch.schema.names)
                if rows is None or rows.names != names:  # records may differ in what they have
                    rows = Rows(self.file, self.hints, form, names, self.notes)
                bars = rows.bars(batch, first_row)
                first_row += len(batch)
                self.position = raw.tell()
                yield bars
