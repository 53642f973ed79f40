"""Times as people write them, as UTC.

Understood are ISO 8601 and its relatives with an offset, a zone or UTC at their end, epoch numbers, and times without
an offset where the clock is known. What is not understood is named for what it is.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.sources.errors import BadPricesError
from include.sources.epochs import are_epoch, from_epoch
from include.sources.zones import AmbiguousTimeError, Clock, clocks_of_the_week

FIRST, END = np.datetime64("1900-01-01", "us"), np.datetime64("2100-01-01", "us")
"""The months that TIER 1 knows."""
_WRITE = "write 2024-03-01T12:00:00Z"

_DATE = r"^\s*(\d{4})[-./]?(\d{2})[-./]?(\d{2})"
_OFFSET = r"(Z|[+-]\d{2}(?::?\d{2})?|)$"
# in this order; the later ones find what the earlier ones have left
_REWRITTEN = (
    (r"\s*(?:UTC|GMT|Z|z)\s*$", "Z"),
    (r"\s*(?:UTC|GMT)?([+-]\d{2}(?::?\d{2})?)\s*$", r"\1"),
    (_DATE + r"(?:[Tt]|\s+)(\d{2}):?(\d{2}):?(\d{2})[.,](\d{1,6})\d*" + _OFFSET, r"\1-\2-\3T\4:\5:\6.\7\8"),
    (_DATE + r"(?:[Tt]|\s+)(\d{2}):?(\d{2}):?(\d{2})" + _OFFSET, r"\1-\2-\3T\4:\5:\6\7"),
    (_DATE + r"(?:[Tt]|\s+)(\d{2}):?(\d{2})" + _OFFSET, r"\1-\2-\3T\4:\5:00\6"),
    (r"^\s*(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\s*$", r"\1-\2-\3T\4:\5:\6"),
    (r"^\s*(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})\s*$", r"\1-\2-\3T\4:\5:00"),
    (_DATE + r"\s*(Z|[+-]\d{2}(?::?\d{2})?|)$", r"\1-\2-\3T00:00:00\4"),
)
_DAY_AND_MONTH = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4})(.*)", re.DOTALL)
_ZONE_AT_END = re.compile(r"^(.*\d)\s+([A-Z][A-Za-z]+(?:/[A-Za-z_]+)+|[ECMP][SD]T)\s*$")
_KINDS = (
    (r"\d{4}-?W\d\d", "is an ISO week date"),
    (r"\d{4}-?\d{3}(T|\s|Z|$)", "is a year and a day of the year"),
    (r".*:60", "has a leap second"),
    (r"\d{1,2}:\d\d", "is a time of day without a date"),
)


@dataclass
class Times:
    """The times of one file, read batch by batch.

    Attributes:
        source: the file, for messages.
        column: the column's name.
        clock: the clock of times without an offset, where it is known; of times in UTC, where it was asked for.
        is_asked: whoever loads the file has named the clock.
        advice: for whoever has to name it.
        notes: what was understood, and how often.
    """

    source: str
    column: str
    clock: Clock | None
    is_asked: bool = False
    advice: str = ""
    notes: Counter[str] = field(default_factory=Counter)
    _day_is_first: bool | None = None

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
        if values.null_count:
            row = first_row + int(np.argmax(values.is_null().to_numpy(zero_copy_only=False)))
            raise BadPricesError(f"{self.source}: row {row}: {self.column} is empty; remove the row")
        ts = self._read(values, first_row, groups)
        outside = (ts < FIRST) | (ts >= END)
        if outside.any():
            at = int(np.argmax(outside))
            self._refuse(values, first_row, at, "lies outside of the years 1900 to 2099: correct or remove the row")
        return ts

    def _read(self, values: pa.Array, first_row: int, groups: np.ndarray | None) -> np.ndarray:
        kind = values.type
        if pa.types.is_timestamp(kind):
            shown = _micros(self, values, first_row)
            return self._of_utc(shown, first_row, groups, values) if kind.tz else self._of_clock(shown, first_row, groups, values)
        if pa.types.is_date(kind):
            return self._of_clock(_micros(self, values.cast(pa.date32()), first_row), first_row, groups, values)
        if are_epoch(values):
            ts, unit = from_epoch(self.source, self.column, values, first_row)
            self.notes[f"times are epoch {unit}"] += len(ts)
            return self._of_utc(ts, first_row, groups, values)
        if pa.types.is_integer(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_binary(kind):
            values = values.cast(pa.string())
        if not pa.types.is_string(values.type):
            raise BadPricesError(f"{self.source}: {self.column} is of type {kind}, which is no time; {_WRITE}")
        return self._of_text(values, first_row, groups)

    def _of_text(self, values: pa.Array, first_row: int, groups: np.ndarray | None) -> np.ndarray:
        if self.clock is None or not self.is_asked:
            try:  # most files have what Arrow reads at once
                return values.cast(pa.timestamp("us", "UTC")).to_numpy(zero_copy_only=False).astype("datetime64[us]")
            except pa.ArrowInvalid:
                pass
        text, zone = self._without_zone(self._day_last(values, first_row))
        for pattern, replacement in _REWRITTEN:
            text = pc.replace_substring_regex(text, pattern, replacement)
        marked = pc.match_substring_regex(text, r"T.*(Z|[+-]\d{2}(:?\d{2})?)$").to_numpy(zero_copy_only=False)
        if marked.any() and not marked.all():
            self._naive(values, first_row, marked)
        kind = pa.timestamp("us", "UTC" if marked.any() else None)
        try:
            shown = text.cast(kind).to_numpy(zero_copy_only=False).astype("datetime64[us]")
        except pa.ArrowInvalid:
            at = next(k for k, it in enumerate(text.to_pylist()) if not _is_time(it, kind))
            self._refuse(values, first_row, at, None)
        if not marked.any():
            return self._of_clock(shown, first_row, groups, values, Clock(zone) if zone else None)
        all_utc = pc.all(pc.match_substring_regex(text, r"(Z|[+]00(:?00)?)$")).as_py()
        return self._of_utc(shown, first_row, groups, values) if all_utc else self._with_offsets(shown)

    def _with_offsets(self, ts: np.ndarray) -> np.ndarray:
        if self.is_asked:
            raise BadPricesError(
                f"{self.source}: its times have offsets of their own, so --timezone is not for them: leave it out"
            )
        return ts

    def _of_utc(self, shown: np.ndarray, first_row: int, groups: np.ndarray | None, values: pa.Array) -> np.ndarray:
        """Take times in UTC as such, unless whoever loads them says that their mark is wrong."""
        if self.clock is None or not self.is_asked or self.clock.name == "UTC":
            return shown
        self.notes["times marked as UTC were taken as --timezone says"] += len(shown)
        return self._of_clock(shown, first_row, groups, values)

    def _of_clock(self, shown, first_row, groups, values, clock: Clock | None = None) -> np.ndarray:
        clock = clock or self.clock
        if clock is None:
            self._naive(values, first_row, np.zeros(len(shown), bool), shown)
        if len(shown) and ((shown < FIRST) | (shown >= END)).any():
            return shown  # which is said of it
        self.notes[f"times are those of the clock {clock.name}"] += len(shown)
        try:
            return clock.utc(shown, groups)
        except AmbiguousTimeError as error:
            at, why = error.args
            said = (
                f"is a time that the clock {clock.name} never showed"
                if why == "never"
                else f"was shown twice by the clock {clock.name}, and it cannot be told which it is"
            )
            self._refuse(values, first_row, at, f"{said}: give another --timezone, or write times with an offset")
            raise

    def _naive(self, values: pa.Array, first_row: int, marked: np.ndarray, shown: np.ndarray | None = None) -> None:
        likely = clocks_of_the_week(shown) if shown is not None else []
        hint = f"; the market's week in them is that of {' or '.join(likely)}" if likely else ""
        at = int(np.argmax(~marked))
        self._refuse(
            values, first_row, at,
            f"has no UTC offset ({(~marked).sum()} such rows); {_WRITE}, or name their clock, such as "
            f"--timezone America/New_York{hint}" + (f". {self.advice}" if self.advice else ""),
        )  # fmt: skip

    def _refuse(self, values: pa.Array, first_row: int, at: int, what: str | None) -> None:
        value = _shown(values, at)
        if what is None:
            what = _kind_of(str(value), self.column)
        raise BadPricesError(f"{self.source}: row {first_row + at}: {self.column} {value!r} {what}")

    def _day_last(self, values: pa.Array, first_row: int) -> pa.Array:
        """Write the year first where it is last; which of the others is the day is told by one that is above 12."""
        if len(values) == 0 or not _DAY_AND_MONTH.fullmatch(values[0].as_py()):
            return values
        parts = [_DAY_AND_MONTH.fullmatch(it) for it in values.to_pylist()]
        if self._day_is_first is None:
            self._day_is_first = _which_is_day([it for it in parts if it])
        if self._day_is_first is None:
            self._refuse(values, first_row, 0, f"has a day and a month, and it cannot be told which is which; {_WRITE}")
        a, b = (1, 3) if self._day_is_first else (3, 1)
        return pa.array(
            [
                f"{it[4]}-{it[b]:0>2}-{it[a]:0>2}{it[5]}" if it else whole.as_py()
                for it, whole in zip(parts, values, strict=True)
            ],
            pa.string(),
        )

    def _without_zone(self, values: pa.Array) -> tuple[pa.Array, str | None]:
        """Take the name of a zone from the end of each time, where all have the same."""
        if len(values) == 0 or not (found := _ZONE_AT_END.match(values[0].as_py())):
            return values, None
        zone = found[2]
        ends = pc.ends_with(pc.utf8_rtrim_whitespace(values), zone)
        if not pc.all(ends).as_py():
            return values, None
        return pc.replace_substring_regex(values, rf"\s*{re.escape(zone)}\s*$", ""), zone


def _micros(times: Times, values: pa.Array, first_row: int) -> np.ndarray:
    try:
        naive = values.cast(pa.timestamp("us", getattr(values.type, "tz", None)), safe=False)
        whole = values.cast(naive.type, safe=values.type != pa.timestamp("ns", getattr(values.type, "tz", None)))
        return whole.cast(pa.int64()).to_numpy().astype("datetime64[us]")
    except pa.ArrowInvalid:
        raise BadPricesError(
            f"{times.source}: {times.column} has a time that lies outside of the years 1900 to 2099: correct or "
            "remove the row"
        ) from None


def _which_is_day(parts: list[re.Match[str]]) -> bool | None:
    """Tell whether the day comes before the month: with points it does; else a number above 12 tells."""
    if any(it[2] == "." for it in parts) or any(int(it[1]) > 12 for it in parts):
        return True
    return False if any(int(it[3]) > 12 for it in parts) else None


def _is_time(text: str, kind: pa.DataType) -> bool:
    try:
        pa.scalar(text).cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _shown(values: pa.Array, at: int) -> object:
    try:
        value = values[at].as_py()
    except (ValueError, OverflowError):
        return str(values[at])
    return value if isinstance(value, str | int | float) else str(value)


def _kind_of(text: str, column: str) -> str:
    """Say what a text is that is not a time."""
    if text.strip() == "":
        return "is empty; remove the row"
    if text.strip().strip("<>").lower() == column.strip("<>").lower():
        return "is the column's name again: remove that row"
    what = next((name for pattern, name in _KINDS if re.match(pattern, text.strip())), "is not a time")
    return f"{what}; {_WRITE}"
