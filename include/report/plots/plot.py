"""What a plot is: a drawing, the same in words, and its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from include.report.stage_table import Column

MOST_COLUMNS = 60
"""Of so many columns a person can tell one from the next; more months are put together."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, or why there is none.

    Attributes:
        name: names it in the page.
        title: its heading.
        says: what it shows, in words; where nothing is drawn, why not.
        svg: the drawing; empty where there is nothing to draw.
        columns: of the table of its figures.
        rows: of the same.
    """

    name: str
    title: str
    says: str
    svg: str = ""
    columns: Sequence[Column[Any]] = ()
    rows: Sequence[Any] = ()


def groups_of(count: int) -> list[slice]:
    """Put so many months together into few enough columns, of the same number of months but for the last."""
    length = -(-count // MOST_COLUMNS)
    return [slice(at, min(at + length, count)) for at in range(0, count, length or 1)]


def percent(share: float) -> str:
    """Return a share as people read it; what is above zero is never said to be zero."""
    if 0 < share < 0.0001:
        return "under 0.01 %"
    return f"{100 * share:.2f} %"


def cell(position: int, title: str, *, is_number: bool = True) -> Column[Sequence[str]]:
    """Return the column that shows what stands at a position of the row."""
    return Column(title, lambda row: row[position], is_number=is_number)
