"""What a check finds, and how it is told: a line for each thing that is said of a pair, however often."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby
from typing import Literal

import numpy as np

MOST_LINES = 8
"""Lines of one check; the pairs that are left are named in the last one."""
EVERY_PAIR = "every pair"

Result = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about a pair's prices that can hardly be true.

    Attributes:
        pair: the pair.
        says: what is said of it, in words that are the same for the same thing: it becomes one line.
        example: the worst value and what was to be expected; its time follows.
        at: the time of the example.
        first: time of the first bar that it is about.
        last: time of the last one.
        count: how many bars, or other things, it is about.
        weight: how bad the example is, among those of one line.
        what_to_do: what to do, and what the features would be otherwise.
        refuses: whether no run may compute with it.
        thing: what is counted.
    """

    pair: str
    says: str
    example: str
    at: np.datetime64
    first: np.datetime64
    last: np.datetime64
    count: int
    weight: float
    what_to_do: str
    refuses: bool = False
    thing: str = "bar"

    def with_another(self, other: "Doubt") -> "Doubt":
        """Return both as one, with the worse example."""
        worse = max(self, other, key=lambda doubt: doubt.weight)
        return replace(
            worse,
            first=min(self.first, other.first),
            last=max(self.last, other.last),
            count=self.count + other.count,
        )

    def __str__(self) -> str:
        """Return what was found, where, and how much of it."""
        count = f"1 {self.thing}"
        if self.count > 1:
            count = f"{self.count:,} {self.thing}s from {minute(self.first)} to {minute(self.last)}"
        return f"{self.pair} {self.says}: {self.example} {minute(self.at)} UTC ({count})"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: the words are those of the preflight's other lines.

    Attributes:
        name: the check; the runbook explains it under this name.
        result: `failed` stops the run, `warning` does not.
        found: what was found.
        what_to_do: what to do about it; empty where the result is `ok`.
    """

    name: str
    result: Result
    found: str
    what_to_do: str = ""


def lines_of(name: str, doubts: Iterable[Doubt], fine: str) -> Iterator[Line]:
    """Yield the lines of a check, what refuses first; without a doubt, one that says what is fine."""
    told = sorted(together(doubts), key=lambda doubt: (not doubt.refuses, doubt.pair, doubt.first))
    if not told:
        yield Line(name, "ok", fine)
    for doubt in told[:MOST_LINES]:
        yield Line(name, "failed" if doubt.refuses else "warning", str(doubt), doubt.what_to_do)
    if left := told[MOST_LINES:]:
        pairs = ", ".join(dict.fromkeys(doubt.pair for doubt in left))
        result: Result = "failed" if left[0].refuses else "warning"
        yield Line(name, result, f"{len(left)} more such lines: {pairs}", "The same as above.")


def together(doubts: Iterable[Doubt]) -> Iterator[Doubt]:
    """Make one of all doubts that say the same of a pair."""

    def same(doubt: Doubt) -> tuple[str, str, bool]:
        return doubt.pair, doubt.says, doubt.refuses

    for _, group in groupby(sorted(doubts, key=same), key=same):
        yield reduce(Doubt.with_another, group)


def minute(time: np.datetime64) -> str:
    """Write a time as people do, with seconds only where there are some."""
    text = str(time.astype("datetime64[s]")).replace("T", " ")
    return text.removesuffix(":00")
