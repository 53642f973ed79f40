"""Reads one file: which format it has, what its columns are, its times and numbers; and checks the bars."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from include.market import PAIRS
from include.sources.bars import PairBars
from include.sources.columns import Columns, columns_of, known_pairs
from include.sources.errors import BadPricesError, read_as
from include.sources.formats import FORMATS
from include.sources.formats.format import HEAD_BYTES, Format, Head
from include.sources.hints import Hints
from include.sources.inputs import Input
from include.sources.numbers import NotANumberError, numbers
from include.sources.pairs import pair_of
from include.sources.times import Times
from include.sources.zones import Clock


@dataclass
class Reading:
    """One file while it is read.

    Attributes:
        file: the file.
        hints: what it cannot say.
        notes: what was understood of it and what was left out, each with the number of rows.
        position: how many of its bytes have been read, about.
    """

    file: Input
    hints: Hints
    notes: Counter[str] = field(default_factory=Counter)
    position: int = 0
    _rows: int = 0

    def bars(self) -> Iterator[list[PairBars]]:
        """Read the file's bars, some at a time.

        Raises:
            BadPricesError: they cannot be used, see the message.
        """
        count = 0
        with read_as(self.file, "a file"), self.file.path.open("rb") as raw:
            with self.file.open(raw) as stream:
                head = Head(str(self.file), self.file.names[0], stream.read(HEAD_BYTES))
            form = next((it for it in FORMATS if it.recognizes(head)), None)
        if form is None:
            if self.file.is_part:
                self.notes["nothing in it"] += 1
                return
            raise BadPricesError(f"{self.file}: no bars in it")
        for bars in self._read(head, form):
            count += sum(len(it.ts) for it in bars)
            yield bars
        if count == 0 and not self.file.is_part:
            raise BadPricesError(f"{self.file}: no bars in it")

    def _read(self, head: Head, form: Format) -> Iterator[list[PairBars]]:
        if form.clock is not None and not self.hints.timezone:
            self.notes[f"read as {form.name}'s"] += 0
        table: _Table | None = None
        with read_as(self.file, form.name), self.file.path.open("rb") as raw, self.file.open(raw) as stream:
            for batch in form.read(head, stream):
                names = tuple(batch.schema.names)
                if table is None or table.names != names:
                    table = _Table(self.file, self.hints, form, names, self.notes)
                yield table.bars(batch, self._rows)
                self._rows += len(batch)
                self.position = raw.tell()


class _Table:
    """The rows of a file, whose columns are known."""

    def __init__(
        self, file: Input, hints: Hints, form: Format, names: tuple[str, ...], notes: Counter[str]
    ) -> None:
        self.names, self._file, self._notes = names, str(file), notes
        self._columns: Columns = columns_of(self._file, names, hints)
        clock = hints.timezone or self._columns.clock or form.clock
        self._times = Times(
            self._file,
            " ".join(names[at] for at in self._columns.time),
            Clock(clock) if clock else None,
            is_asked=hints.timezone is not None,
            advice=form.advice,
            notes=notes,
        )
        self._pair = None
        if self._columns.pair is None and None in self._columns.fields:
            self._pair = _pair_outside(file, hints)
        for name in self._columns.ignored:
            notes[f"column {name} was ignored"] += 0

    def bars(self, batch: pa.RecordBatch, first_row: int) -> list[PairBars]:
        codes = None if self._columns.pair is None else self._pair_codes(batch, first_row)
        ts = self._times.read(self._time_column(batch), first_row, codes)
        found = []
        for pair, fields in self._columns.fields.items():
            values = {name: self._numbers(batch, name, at, first_row) for name, at in fields.items()}
            if codes is not None:
                for code in np.unique(codes):
                    rows = codes == code
                    part = {name: column[rows] for name, column in values.items()}
                    found.append(PairBars(PAIRS[code], ts[rows], part))
            elif pair is None:
                found.append(PairBars(self._pair or "", ts, values))
            else:
                there = ~np.isnan(values["close"])  # the rows of the others
                part = {name: column[there] for name, column in values.items()}
                found.append(PairBars(pair, ts[there], part))
        return [self._checked(bars) for bars in found if len(bars.ts)]

    def _time_column(self, batch: pa.RecordBatch) -> pa.Array:
        date, *time = (batch.column(at) for at in self._columns.time)
        if not time:
            return date
        texts = zip(date.cast(pa.string()).to_pylist(), time[0].cast(pa.string()).to_pylist(), strict=True)
        return pa.array([f"{day} {of_day}" for day, of_day in texts], pa.string())

    def _pair_codes(self, batch: pa.RecordBatch, first_row: int) -> np.ndarray:
        """Return the position in `PAIRS` of each row's pair."""
        at = self._columns.pair or 0
        column = batch.column(at)
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        codes = []
        for k, name in enumerate(column.dictionary.to_pylist()):
            text = name.decode(errors="replace") if isinstance(name, bytes) else str(name)
            pair = pair_of(text) if isinstance(name, str | bytes) else None
            if pair is None:
                row = int(np.argmax(column.indices.to_numpy(zero_copy_only=False) == k))
                again = isinstance(name, str) and name.strip() == self.names[at]
                raise BadPricesError(
                    f"{self._file}: row {first_row + row}: "
                    + (
                        "the columns' names again: remove that row"
                        if again
                        else f"unknown pair {name!r}; the pairs are {known_pairs()}"
                    )
                )
            codes.append(PAIRS.index(pair))
        if column.null_count:
            row = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
            raise BadPricesError(
                f"{self._file}: row {first_row + row}: unknown pair: {self.names[at]} is empty"
            )
        return np.array(codes, int)[column.indices.to_numpy(zero_copy_only=False)]

    def _numbers(self, batch: pa.RecordBatch, name: str, at: int, first_row: int) -> np.ndarray:
        try:
            return numbers(batch.column(at), is_price=name != "volume")
        except NotANumberError as error:
            row, why = error.args
            raise BadPricesError(
                f"{self._file}: a value of {name} is not a number: row {first_row + row}: {self.names[at]} {why}"
            ) from None

    def _checked(self, bars: PairBars) -> PairBars:
        """Return the bars; refuse one that cannot be. A volume of -1 is none: Interactive Brokers writes it so."""
        values = dict(bars.values)
        for name, column in bars.values.items():
            if name == "volume":
                none = column == -1
                if none.any():
                    self._notes["volume -1 was taken as none"] += int(none.sum())
                    values[name] = column = np.where(none, np.nan, column)
                self._refuse(bars, name, column, (column < 0) | (column == np.inf), "a volume is 0 or more")
            else:
                bad = (column <= 0) | (column == np.inf) | (np.isnan(column) if name == "close" else False)
                self._refuse(bars, name, column, bad, "a price is positive and finite")
        return PairBars(bars.pair, bars.ts, values)

    def _refuse(self, bars: PairBars, name: str, column: np.ndarray, bad: np.ndarray, rule: str) -> None:
        if bad.any():
            at = int(np.argmax(bad))
            raise BadPricesError(
                f"{self._file}: {bars.pair} at {bars.ts[at].item().isoformat()}+00:00: {name} is {column[at]} "
                f"({bad.sum()} such rows); {rule}: correct or remove the row"
            )


def _pair_outside(file: Input, hints: Hints) -> str:
    """Find the pair of a file that has no column for it: said beside it, or in its name or a folder's."""
    if hints.pair:
        pair = pair_of(hints.pair)
        if pair is None:
            raise BadPricesError(f"unknown pair {hints.pair!r}; the pairs are {known_pairs()}")
        return pair
    for name in file.names:
        pair = pair_of(name)
        if pair is not None:
            return pair
    raise BadPricesError(f"{file}: no column tells its pair, nor does its name: name it with --pair")
