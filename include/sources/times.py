"""The times of a file, as UTC: ISO 8601 and its relatives, epoch numbers, and clocks that are known."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import pyarrow as pa

from include.sources.epochs import are_epoch, first_other, from_epoch
from include.sources.errors import BadPricesError
from include.sources.written import (
    HOW_TO_WRITE,
    are_marked_utc,
    as_iso,
    day_is_first,
    have_offsets,
    kind_of,
    with_year_first,
    without_zone,
    year_is_last,
)
from include.sources.zones import AmbiguousTimeError, Clock, clocks_of_the_week

FIRST, END = np.datetime64("1900-01-01", "us"), np.datetime64("2100-01-01", "us")
"""The months that TIER 1 knows."""
_OUTSIDE = "lies outside of the years 1900 to 2099: correct or remove the row"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Some rows of a file: the values, the row of the first, and a number for each pair."""

    values: pa.Array
    first: int
    groups: np.ndarray | None


@dataclass
class Times:
    """The times of one file, read batch by batch.

    Attributes:
        source: the file, for messages.
        column: the column's name.
        clock: the clock of times without an offset, where it is known.
        is_asked: whoever loads the file has named the clock; then it is also that of times marked as UTC.
        advice: for whoever has to name it.
        notes: what was understood, and how often.
    """

    source: str
    column: str
    clock: Clock | None
    is_asked: bool = False
    advice: str = ""
    notes: Counter[str] = field(default_factory=Counter)
    _is_day_first: bool | None = None

    def read(self, values: pa.Array, first_row: int, groups: np.ndarray | None) -> np.ndarray:
        """Read times, `datetime64[us]`, UTC.

        Args:
            values: as the file has them.
            first_row: the row of the first of them.
            groups: a number for each row; rows of the same number are in the order of their times.

        Raises:
            BadPricesError: one is not a time, or its clock is not known.
        """
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        rows = _Rows(values, first_row, groups)
        if values.null_count:
            row = first_row + int(np.argmax(values.is_null().to_numpy(zero_copy_only=False)))
            raise BadPricesError(f"{self.source}: row {row}: {self.column} is empty; remove the row")
        ts = self._read(rows)
        outside = (ts < FIRST) | (ts >= END)
        if outside.any():
            self._refuse(rows, int(np.argmax(outside)), _OUTSIDE)
        return ts

    def _read(self, rows: _Rows) -> np.ndarray:
        values, kind = rows.values, rows.values.type
        if pa.types.is_timestamp(kind):
            return (
                self._of_utc(self._micros(rows), rows)
                if kind.tz
                else self._of_clock(self._micros(rows), rows)
            )
        if pa.types.is_date(kind):
            return self._of_clock(self._micros(rows), rows)
        if kind in (pa.float16(), pa.float32()):
            raise BadPricesError(
                f"{self.source}: {self.column} is of type {kind}, which keeps 7 digits of a time; "
                f"{HOW_TO_WRITE}"
            )
        if are_epoch(values):
            ts, unit = from_epoch(self.source, self.column, values, rows.first)
            self.notes[f"times are epoch {unit}"] += len(ts)
            return self._of_utc(ts, rows)
        try:
            if not pa.types.is_primitive(kind) or pa.types.is_integer(kind):
                return self._of_text(_Rows(values.cast(pa.string()), rows.first, rows.groups))
        except pa.ArrowNotImplementedError:  # lists and the like
            pass
        raise BadPricesError(
            f"{self.source}: {self.column} is of type {kind}, which is no time; {HOW_TO_WRITE}"
        )

    def _micros(self, rows: _Rows) -> np.ndarray:
        values = rows.values.cast(pa.date32()) if pa.types.is_date(rows.values.type) else rows.values
        zone = getattr(values.type, "tz", None)
        is_finer = values.type == pa.timestamp("ns", zone)  # than the database
        try:
            micros = values.cast(pa.timestamp("us", zone), safe=not is_finer)
        except pa.ArrowInvalid:
            raise BadPricesError(
                f"{self.source}: {self.column} has a time that lies outside of the years 1900 to 2099: "
                "correct or remove the row"
            ) from None
        return micros.cast(pa.int64()).to_numpy().astype("datetime64[us]")

    def _of_text(self, rows: _Rows) -> np.ndarray:
        if not (self.is_asked or self.advice) and _is_time(rows.values[0].as_py(), "UTC"):
            try:  # most files have what Arrow reads at once; where it cannot, it takes long to say so
                return _cast(rows.values, "UTC")
            except pa.ArrowInvalid:
                pass
        texts = rows.values
        if year_is_last(texts):
            texts = with_year_first(texts, is_day_first=self._knows_day_first(rows))
        texts, zone = without_zone(texts)
        for like_the_first in (True, False):
            iso = as_iso(texts, like_the_first=like_the_first)
            marked = have_offsets(iso).to_numpy(zero_copy_only=False)
            try:
                shown = _cast(iso, "UTC" if marked.any() else None)
                break
            except pa.ArrowInvalid:
                pass
        else:
            self._refuse_text(rows, iso, marked)
        if marked.any():
            return self._of_utc(shown, rows) if are_marked_utc(iso) else self._with_offsets(shown)
        try:
            written = Clock(zone) if zone else None
        except BadPricesError as error:
            self._refuse(rows, 0, f"names no clock that is known: {error}")
        return self._of_clock(shown, rows, written)

    def _refuse_text(self, rows: _Rows, iso: pa.Array, marked: np.ndarray) -> NoReturn:
        other = first_other(rows.values)
        if other is not None:
            text = str(rows.values[other].as_py()).strip()
            is_none = text in ("", self.column)
            what = kind_of(text, self.column) if is_none else "is no epoch number, as the first time is"
            self._refuse(rows, other, what)
        for at, (text, is_marked) in enumerate(zip(iso.to_pylist(), marked, strict=True)):
            if not _is_time(text, "UTC" if is_marked else None):
                self._refuse(rows, at, kind_of(str(rows.values[at].as_py()), self.column))
        self._refuse_naive(rows, marked)  # all are times, and some have no offset

    def _knows_day_first(self, rows: _Rows) -> bool:
        if self._is_day_first is None:
            self._is_day_first = day_is_first(rows.values)
        if self._is_day_first is None:
            self._refuse(rows, 0, f"has a day and a month, and nothing tells which is which; {HOW_TO_WRITE}")
        return self._is_day_first

    def _with_offsets(self, ts: np.ndarray) -> np.ndarray:
        if self.is_asked:
            raise BadPricesError(
                f"{self.source}: its times have offsets of their own, so --timezone is not for them: "
                "leave it out"
            )
        return ts

    def _of_utc(self, shown: np.ndarray, rows: _Rows) -> np.ndarray:
        """Take times in UTC as such, unless whoever loads them says that their mark is wrong."""
        if self.advice and not self.is_asked:
            self.notes[f"times were taken as UTC. {self.advice}"] += len(shown)
        if self.clock is None or not self.is_asked or self.clock.name == "UTC":
            return shown
        self.notes["times marked as UTC were taken for those of the clock that --timezone names"] += len(
            shown
        )
        return self._of_clock(shown, rows)

    def _of_clock(self, shown: np.ndarray, rows: _Rows, written: Clock | None = None) -> np.ndarray:
        if ((shown < FIRST) | (shown >= END)).any():
            return shown  # and is refused for it
        clock = written or self.clock
        if clock is None:
            self._refuse_naive(rows, np.zeros(len(shown), bool), shown)
        self.notes[f"times are those of the clock {clock.name}"] += len(shown)
        try:
            return clock.utc(shown, rows.groups)
        except AmbiguousTimeError as error:
            at, why = error.args
            self._refuse(rows, at, why)

    def _refuse_naive(self, rows: _Rows, marked: np.ndarray, shown: np.ndarray | None = None) -> NoReturn:
        likely = [] if shown is None else clocks_of_the_week(shown)
        week = f"; the market's week in them is that of {' or '.join(likely)}" if likely else ""
        advice = f". {self.advice}" if self.advice else ""
        self._refuse(
            rows,
            int(np.argmax(~marked)),
            f"has no UTC offset ({(~marked).sum()} such rows); {HOW_TO_WRITE}, or name the clock of these "
            f"times, such as --timezone America/New_York{week}{advice}",
        )

    def _refuse(self, rows: _Rows, at: int, what: str) -> NoReturn:
        try:
            value = rows.values[at].as_py()
        except (ValueError, OverflowError):  # a time that Python does not know
            value = rows.values[at]
        shown = repr(value) if isinstance(value, str | int | float) else str(value)
        raise BadPricesError(f"{self.source}: row {rows.first + at}: {self.column} {shown[:80]} {what}")


def _cast(texts: pa.Array, zone: str | None) -> np.ndarray:
    return texts.cast(pa.timestamp("us", zone)).cast(pa.int64()).to_numpy().astype("datetime64[us]")


def _is_time(text: str, zone: str | None) -> bool:
    try:
        pa.scalar(text).cast(pa.timestamp("us", zone))
    except pa.ArrowInvalid:
        return False
    return True
