"""What a report holds, a subject a file: stored as JSON, rendered for people, shown on the page."""

from include.report.model.evaluation import Benefit, Comparison, Evaluation, GainPath
from include.report.model.facts import Facts
from include.report.model.instance import InstanceNow, Resize
from include.report.model.receipt import Cost
from include.report.model.report import Report, UnreadableReportError
from include.report.model.validation import ClaimFinding
from include.report.model.work import PlannedMonths, StageSummary

__all__ = [
    "Benefit",
    "ClaimFinding",
    "Comparison",
    "Cost",
    "Evaluation",
    "Facts",
    "GainPath",
    "InstanceNow",
    "PlannedMonths",
    "Report",
    "Resize",
    "StageSummary",
    "UnreadableReportError",
]
