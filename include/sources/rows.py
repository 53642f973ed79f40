"""Turns the rows of a file into bars: finds its columns, its pair, its clock, and reads with them."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa

from include.market import PAIRS
from include.sources.bars import PairBars
from include.sources.columns import columns_of
from include.sources.errors import BadPricesError
from include.sources.formats import metatrader
from include.sources.formats.format import Format
from include.sources.hints import Hints
from include.sources.inputs import Input
from include.sources.numbers import NotANumberError, numbers
from include.sources.pair_column import pair_of_file, pairs_of_rows
from include.sources.plausible import checked
from include.sources.times import Times
from include.sources.zones import Clock

_OF_DAY = re.compile(r"\s*(\d{1,2}:\d\d|\d{4}(\d\d)?\s*$)")


class Rows:
    """The rows of a file whose columns have these names."""

    def __init__(
        self, file: Input, hints: Hints, form: Format, names: tuple[str, ...], notes: Counter[str]
    ) -> None:
        """Find out what the columns are.

        Raises:
            BadPricesError: the file does not say, and nobody else does.
        """
        self.names, self._source, self._notes = names, str(file), notes
        self._columns = columns_of(self._source, names, hints)
        clock = hints.timezone or self._columns.clock or form.clock
        self._times = Times(
            self._source,
            " ".join(names[at] for at in self._columns.time),
            Clock(clock) if clock else None,
            is_asked=hints.timezone is not None,
            advice=form.advice or metatrader.advice_for(names),
            notes=notes,
        )
        is_one_pair = self._columns.pair is None and None in self._columns.fields
        self._pair = pair_of_file(file, hints) if is_one_pair or hints.pair else None
        if form.clock and not (hints.timezone or self._columns.clock):
            notes[f"taken for {form.name}'s"] += 0
        for name in self._columns.ignored:
            notes[f"column {name} was ignored"] += 0

    def bars(self, batch: pa.RecordBatch, first_row: int) -> list[PairBars]:
        """Return the bars of some rows, by pair.

        Args:
            batch: the rows.
            first_row: the number of the first of them in the file.

        Raises:
            BadPricesError: a value is not what it should be.
        """
        codes = None
        if self._columns.pair is not None:
            column, name = batch.column(self._columns.pair), self.names[self._columns.pair]
            codes = pairs_of_rows(self._source, name, column, first_row, self._pair)
        ts = self._times.read(self._time_column(batch), first_row, codes)
        bars: list[PairBars] = []
        for pair, fields in self._columns.fields.items():
            known = {name: self._numbers(batch, name, at, first_row) for name, at in fields.items()}
            if pair is not None:
                bars.append(_part(PairBars(pair, ts, known), ~np.isnan(known["close"])))  # NaN = no bar
            elif codes is None:
                bars.append(PairBars(self._pair or "", ts, known))
            else:
                bars += [_part(PairBars(PAIRS[code], ts, known), codes == code) for code in np.unique(codes)]
        return [checked(self._source, it, self._notes) for it in bars if len(it.ts)]

    def _time_column(self, batch: pa.RecordBatch) -> pa.Array:
        """Return the times, a date and its time of day as one."""
        *date, time = (batch.column(at) for at in self._columns.time)
        if not date or pa.types.is_nested(time.type) or not _OF_DAY.match(str(time[0])):
            return time  # whole, whatever the date beside it
        both = zip(date[0].cast(pa.string()).to_pylist(), time.cast(pa.string()).to_pylist(), strict=True)
        return pa.array([f"{day} {of_day}" for day, of_day in both], pa.string())

    def _numbers(self, batch: pa.RecordBatch, name: str, at: int, first_row: int) -> np.ndarray:
        if batch.column(at).type == pa.float32() and name != "volume":
            note = f"column {self.names[at]} is of type float, which keeps 7 digits of a price"
            self._notes[note] += len(batch)
        try:
            return numbers(batch.column(at), is_price=name != "volume")
        except NotANumberError as error:
            row, why = error.args
            raise BadPricesError(
                f"{self._source}: a value of {name} is not a number: row {first_row + row}: "
                f"{self.names[at]} {why}"
            ) from None


def _part(bars: PairBars, which: np.ndarray) -> PairBars:
    return PairBars(bars.pair, bars.ts[which], {name: column[which] for name, column in bars.known.items()})
