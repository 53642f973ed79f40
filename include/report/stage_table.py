"""The stage table of a report, stated once: its Markdown and its HTML are rendered from these columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from include.report.model import StageSummary

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column of a table for people.

    Attributes:
        title: its header.
        text: gives the cell of a row, formatted.
        is_number: whether header and cells are aligned to the right.
    """

    title: str
    text: Callable[[Row], str]
    is_number: bool = True


def _unless_unknown(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


STAGE_COLUMNS: Final[Sequence[Column[StageSummary]]] = (
    Column("stage", lambda summary: summary.stage, is_number=False),
    Column("months", lambda summary: str(summary.months)),
    Column("computed", lambda summary: str(summary.computed)),
    Column("rows", lambda summary: f"{summary.rows:,}"),
    Column("columns", lambda summary: str(summary.columns)),
    Column("seconds", lambda summary: f"{summary.seconds:.1f}"),
    Column("processor s", lambda summary: _unless_unknown(summary.cpu_seconds, "{:.1f}")),
    Column("waiting", lambda summary: _unless_unknown(summary.waited_share, "{:.0%}")),
    Column("at once", lambda summary: str(summary.at_once or "")),
)
