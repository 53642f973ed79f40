"""What a report holds. The same model is stored as JSON, rendered as Markdown, and shown on the page."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from include.report.worth import Worth


class UnreadableReportError(ValueError):
    """A stored report lacks what every report has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonths:
    """The months that preflight settled.

    Attributes:
        first_month: "YYYY-MM".
        last_month: "YYYY-MM", included.
        start: beginning of the first month, in ISO format.
        end: end of the last month, not included, in ISO format.
    """

    first_month: str
    last_month: str
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSummary:
    """What a stage did.

    Attributes:
        stage: name of the stage and of its table.
        months: how many were wanted.
        computed: how many of these were computed; the others were still valid.
        rows: how many rows the computed months have.
        columns: how many features the stage has.
        seconds: how long the stage took.
        began: when it began, in seconds since the epoch; 0 in a report of an older version.
    """

    stage: str
    months: int
    computed: int
    rows: int
    columns: int
    seconds: float
    began: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """What the resize operator left behind, with the keys of its XCom.

    Attributes:
        instance_id: the instance.
        type_before: its type when the operator began.
        found: what the instance was when the operator began, in words.
        type_after: its type when the operator ended.
        state: the state of the instance at that time.
        started: when the operator began, in ISO format.
        finished: when the operator ended, in ISO format.
        seconds: the time in between.
        downtime_seconds: how long the instance could not be used.
        public_ip_before: the address when the operator began.
        public_ip_after: the address when the operator ended.
        outcome: "wanted", "fallback" or "stopped".
        refused: what AWS refused: the type, the error, how often.
    """

    type_before: str | None
    type_after: str
    started: str
    finished: str
    seconds: float
    found: str = ""
    instance_id: str | None = None
    state: str = "running"
    downtime_seconds: float = 0.0
    public_ip_before: str | None = None
    public_ip_after: str | None = None
    outcome: str = "wanted"
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFinding:
    """What the validation found of a claim.

    Attributes:
        claim: the claim's name, which is its file's in `include/store/checks`.
        looked_at: how many things it is about.
        things: what these are, in the plural.
        against: how many of them contradict the claim.
        figure: the largest figure, such as an error; None where there is none.
        meaning: what the figure means.
    """

    claim: str
    looked_at: int
    things: str
    against: int
    figure: float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Sharpe ratios of a year, without and with TIER 1.

    Attributes:
        baseline: without.
        treatment: with.
        difference: with, less without.
        low: lower end of the difference's 95 % interval.
        high: its upper end.
        baseline_low: lower end of the baseline's own 95 % interval.
    """

    baseline: float
    treatment: float
    difference: float
    low: float
    high: float
    baseline_low: float

    @property
    def is_zero(self) -> bool:
        """Whether the difference may be zero."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class GainPath:
    """What portfolios have gained by the end of each judged month, after costs, in units of a pair's risk.

    Attributes:
        months: the months, YYYY-MM.
        baseline: without TIER 1.
        treatment: with it.
        low: lower end of where 95 % of the paths with it lie that might have been.
        high: the upper end.
    """

    months: tuple[str, ...]
    baseline: tuple[float, ...]
    treatment: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """What TIER 1 adds to forecasts; the method: docs/explanation/does-tier1-help.md.

    Attributes:
        net: after costs: what the answer is about.
        before_costs: the same forecasts, where trading is free.
        late: after costs, carried out a bar later; None in a report of an older version.
        placebo: after costs, with TIER 1 in the wrong order: it cannot help.
        models: after costs, by model.
        tried: how many strategies were tried.
        deflated_sharpe: how likely the Sharpe ratio with TIER 1 is not luck; None where nothing was traded.
        families: what each family of columns adds to the correlation of forecast and outcome, largest first.
        path: the gains through time.
        blocks: how often the models were fitted.
        judged: how many decisions were judged.
        first_judged: the first of them, UTC.
        last_judged: the last of them, UTC.
        horizon_bars: bars between two decisions.
        decisions: decisions that were looked at, also those that were only learnt from.
        possible_decisions: decisions that the run's months have; the latest ones are looked at.
        seconds: how long it took.
    """

    net: Comparison
    before_costs: Comparison
    placebo: Comparison
    models: dict[str, Comparison]
    tried: int
    deflated_sharpe: float | None
    families: dict[str, float]
    path: GainPath
    blocks: int
    judged: int
    first_judged: str
    last_judged: str
    horizon_bars: int
    decisions: int
    possible_decisions: int
    seconds: float
    late: Comparison | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the profile of the features found, and whether they help.

    Attributes:
        features: how many were profiled.
        bars: how many bars of a feature were looked at.
        empty: names of features without any value, for people.
        constant: names of features that never vary, for people.
        benefit: what TIER 1 adds; None where that was not measured.
        not_measured: why not; empty where nobody tried, as in reports of older versions.
    """

    features: int
    bars: int
    empty: str
    constant: str
    benefit: Benefit | None = None
    not_measured: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNow:
    """The instance at the end of the run.

    Attributes:
        type: its type.
        state: its state.
        instance_id: the instance.
        checks: result of its status checks; empty where nobody asked for them.
        reason: why its state changed by itself.
        public_ip: its public address.
        private_ip: its private address.
        launched: when it was last started, in ISO 8601; empty where that was not told.
        holder: who has leased the instance, in words; None where nobody has.
        is_ours: whether that is this run.
        is_big: whether it has one of the run's work types.
    """

    type: str
    state: str
    instance_id: str | None = None
    checks: str = ""
    reason: str = ""
    public_ip: str | None = None
    private_ip: str | None = None
    launched: str = ""
    holder: str | None = None
    is_ours: bool = False
    is_big: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the time on the work type cost.

    Attributes:
        work_type: the big type.
        base_type: the small type that came back.
        seconds: time from the beginning of upsize to the end of downsize.
        total_usd: US dollars for this time on the work type.
        extra_usd: the part of it above the price of the base type.
    """

    work_type: str
    base_type: str
    seconds: float
    total_usd: float
    extra_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known at the end of a run. Each part may be given as the plain values that XCom holds.

    Attributes:
        run_id: the run.
        parameters: those of the run; `instance_id` and `base_type` are needed.
        plan: what preflight settled; None where preflight failed.
        tasks: state of each task before the verdict, in the order of the run; None = has not run. Of a
            stage that was shared out, of each shard: "stage_2_3 [2024-01 to 2024-03]", as in Airflow's UI.
        stages: a summary of each stage, of its shards that succeeded.
        upsize: what the task upsize left behind, also where AWS refused; None where nothing was begun.
        downsize: the same for the way back.
        validation: what came of each claim; empty where the task validate has looked at none.
        evaluation: what the task evaluate found; None where that task did not run.
        reasons: why tasks have failed that leave word of it, by task; empty where one could not.
        instance: the instance as it is now; None where AWS does not answer.
        estimate: what preflight has expected of growing; None where it could not tell.
        no_resize: why the run has not made the instance big; empty where it has, or was to.
    """

    run_id: str
    parameters: dict[str, Any]
    plan: PlannedMonths | None = None
    tasks: dict[str, str | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    stages: tuple[StageSummary, ...] = ()
    upsize: Resize | None = None
    downsize: Resize | None = None
    validation: tuple[ClaimFinding, ...] = ()
    evaluation: Evaluation | None = None
    instance: InstanceNow | None = None
    estimate: Worth | None = None
    no_resize: str = ""

    @property
    def is_untouched(self) -> bool:
        """Whether the run has left the instance alone: decided to, and left nothing of an earlier try."""
        ours = self.instance is not None and self.instance.is_ours
        return bool(self.no_resize) and self.downsize is None and not ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Facts):
    """The facts, and what follows from them.

    Attributes:
        problems: what went wrong, each with what to do next; empty where the run succeeded.
        warnings: what a person should know all the same.
        cost: what the big instance cost; None where there was none, or where its price is not configured.
    """

    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    cost: Cost | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the plain values that are stored in tier1.run_report, which people's scripts read."""
        return _REPORT.dump_python(self, mode="json")

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Report":
        """Read a stored report, also one of an older version: keys that it lacks have their defaults.

        Raises:
            UnreadableReportError: a key is missing that every report has, or has no sensible value.
        """
        try:
            return _REPORT.validate_python(stored)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise UnreadableReportError(
                f"The report of run {stored.get('run_id')} cannot be read: {where}: {first['msg']}. "
                "Clear the task verdict of that run to write the report again."
            ) from error


_REPORT = TypeAdapter(Report)
