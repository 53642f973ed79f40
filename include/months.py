"""UTC months: the unit of work, of checkpoints and of partitions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Self

import numpy as np

from include.month_text import MONTH_PATTERN

Month = np.datetime64
"""A month is a `datetime64[M]`: it prints as YYYY-MM, sorts, and adds integers."""


@dataclass(frozen=True, slots=True)
class MonthRange:
    """All months from `first` to `last`, both included; there is at least one.

    Attributes:
        first: the first month.
        last: the last month, included.
    """

    first: Month
    last: Month

    def __post_init__(self) -> None:
        """Refuse a range that ends before it begins."""
        if self.first > self.last:
            raise ValueError(f"the first month {self.first} lies after the last month {self.last}: swap them")

    @classmethod
    def of_texts(cls, first: str, last: str) -> Self:
        """Parse the two ends.

        Raises:
            ValueError: a text is not a month, or the first month lies after the last one.
        """
        return cls(parse_month(first), parse_month(last))

    def __iter__(self) -> Iterator[Month]:
        """Yield each month, in order."""
        return iter(np.arange(self.first, self.last + 1))

    def __len__(self) -> int:
        """Return the number of months."""
        return int((self.last - self.first).astype(int)) + 1

    def __contains__(self, month: object) -> bool:
        """Tell whether the month is one of them."""
        return isinstance(month, Month) and bool(self.first <= month <= self.last)

    def __str__(self) -> str:
        """Return both ends, such as 2024-01 .. 2024-03."""
        return f"{self.first} .. {self.last}"

    def split(self, parts: int) -> list[Self]:
        """Cut it into so many ranges, in order, whose lengths differ by one at most; none is empty."""
        parts = min(parts, len(self))
        firsts = [self.first + len(self) * part // parts for part in range(parts + 1)]
        return [type(self)(first, after - 1) for first, after in pairwise(firsts)]

    @property
    def start(self) -> datetime:
        """Start of the first month; `start <= t < end` holds for every time of the range."""
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """Start of the month after the last one."""
        return start_of(self.last + 1)

    def as_texts(self) -> dict[str, str]:
        """Return both ends, and the half-open interval of time between them, as plain values."""
        return {
            "first_month": str(self.first),
            "last_month": str(self.last),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
        }


def parse_month(text: str) -> Month:
    """Parse a `YYYY-MM` text.

    Raises:
        ValueError: the text is not a month, such as 2024-13 or 2024-1.
    """
    if not re.fullmatch(MONTH_PATTERN, text):
        raise ValueError(f"{text!r} is not a month: write YYYY-MM, for example 2024-03")
    return np.datetime64(text, "M")


def start_of(month: Month) -> datetime:
    """Return midnight UTC of the first day of the month."""
    return month.astype("datetime64[us]").item().replace(tzinfo=UTC)


def month_of(moment: datetime) -> Month:
    """Return the UTC month of an aware time."""
    return np.datetime64(moment.astimezone(UTC).strftime("%Y-%m"), "M")
