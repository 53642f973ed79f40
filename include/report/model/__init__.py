"""What a report holds, a subject a file: stored as JSON, rendered for people, shown on the page."""

from include.benefit import Benefit, Comparison, GainPath
from include.report.model.advice import OnBaseType
from include.report.model.evaluation import Evaluation
from include.report.model.facts import Facts
from include.report.model.instance import InstanceNow, Resize
from include.report.model.phases import Phase
from include.report.model.receipt import Attempt, Cost, Forgotten, Price, Receipt, TimeOnType
from include.report.model.report import REPORT, SCHEMA, Report, UnreadableReportError
from include.report.model.series import (
    ComputedMonth,
    FamilyNulls,
    FeatureSeries,
    IndexPath,
    NullMap,
    OpportunityPath,
    Series,
    TaskTime,
)
from include.report.model.validation import ClaimFinding
from include.report.model.verdict import Standing, Verdict, VerdictLine
from include.report.model.work import PlannedMonths, StageSummary

__all__ = [
    "REPORT",
    "SCHEMA",
    "Attempt",
    "Benefit",
    "ClaimFinding",
    "Comparison",
    "ComputedMonth",
    "Cost",
    "Evaluation",
    "Facts",
    "FamilyNulls",
    "FeatureSeries",
    "Forgotten",
    "GainPath",
    "IndexPath",
    "InstanceNow",
    "NullMap",
    "OnBaseType",
    "OpportunityPath",
    "Phase",
    "PlannedMonths",
    "Price",
    "Receipt",
    "Report",
    "Resize",
    "Series",
    "StageSummary",
    "Standing",
    "TaskTime",
    "TimeOnType",
    "UnreadableReportError",
    "Verdict",
    "VerdictLine",
]
