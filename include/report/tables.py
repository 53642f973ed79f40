"""The tables of a report beside that of the stages, each stated once for Markdown and HTML."""

from collections.abc import Sequence
from typing import Final

from include.report.model import ClaimFinding, Phase, TimeOnType
from include.report.stage_table import Column
from include.report.worth import about

UNKNOWN = "unknown"
EXACT_SECONDS = 600.0


def usd(amount: float | None) -> str:
    """Return an amount of US dollars."""
    if amount is None:
        return UNKNOWN
    return f"${amount:,.2f}" if amount >= 0.005 or amount <= 0 else "less than $0.01"


def duration(seconds: float | None) -> str:
    """Return a duration: in seconds, until minutes say it well enough."""
    if seconds is None:
        return UNKNOWN
    return f"{seconds:.{1 if seconds < 10 else 0}f} s" if seconds < EXACT_SECONDS else about(seconds)


def _hourly(time: TimeOnType) -> str:
    if time.price is None:
        return UNKNOWN
    return f"${time.price.hourly_usd:g}, by {time.price.source}, as of {time.price.as_of}"


def _planned_cost(phase: Phase) -> str:
    mark = f" [{phase.footnote}]" if phase.footnote else ""
    return "" if phase.planned_usd is None else usd(phase.planned_usd) + mark


def _worst(finding: ClaimFinding) -> str:
    return "" if finding.figure is None else f"{finding.figure:g} {finding.meaning}".strip()


PHASE_COLUMNS: Final[Sequence[Column[Phase]]] = (
    Column("phase", lambda phase: phase.name, is_number=False),
    Column("runbook's plan", lambda phase: about(phase.planned_seconds)),
    Column("took", lambda phase: duration(phase.seconds)),
    Column("runbook's cost", _planned_cost),
    Column("cost", lambda phase: "" if phase.planned_usd is None else usd(phase.usd)),
    Column("note", lambda phase: phase.note, is_number=False),
)
TIME_COLUMNS: Final[Sequence[Column[TimeOnType]]] = (
    Column("type", lambda time: time.type, is_number=False),
    Column("seconds", lambda time: f"{time.seconds:,.0f}"),
    Column("an hour", _hourly, is_number=False),
    Column("together", lambda time: usd(time.usd)),
)
CLAIM_COLUMNS: Final[Sequence[Column[ClaimFinding]]] = (
    Column("claim", lambda finding: finding.claim.replace("_", " "), is_number=False),
    Column("looked at", lambda finding: f"{finding.looked_at:,} {finding.things}"),
    Column("against it", lambda finding: f"{finding.against:,}"),
    Column("figure", _worst, is_number=False),
)
