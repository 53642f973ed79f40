"""What is known at the end of a run, before it is judged."""

from dataclasses import field
from typing import Any

from pydantic.dataclasses import dataclass

from include.report.model.advice import OnBaseType
from include.report.model.evaluation import Evaluation
from include.report.model.instance import InstanceNow, Resize
from include.report.model.receipt import Price
from include.report.model.series import Series
from include.report.model.validation import ClaimFinding
from include.report.model.work import PlannedMonths, StageSummary
from include.report.worth import Worth


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
        is_refused: whether preflight has failed for what the run was triggered with, which no clear mends.
        instance: the instance as it is now; None where AWS does not answer.
        estimate: what preflight has expected of growing; None where it could not tell.
        no_resize: why the run has not made the instance big; empty where it has, or was to.
        looked_at: when the instance was looked at in the end, in ISO format; empty where AWS did not answer.
        prices: what an hour of each type costs on demand, as far as that is known.
        spot: what an hour of the big type costs on Spot; None where AWS did not say.
        on_base_type: what the stages would have taken on the base type; None where that cannot be told.
        series: the figures behind the plots; None in a report of an older version.
    """

    run_id: str
    parameters: dict[str, Any]
    plan: PlannedMonths | None = None
    tasks: dict[str, str | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    is_refused: bool = False
    stages: tuple[StageSummary, ...] = ()
    upsize: Resize | None = None
    downsize: Resize | None = None
    validation: tuple[ClaimFinding, ...] = ()
    evaluation: Evaluation | None = None
    instance: InstanceNow | None = None
    estimate: Worth | None = None
    no_resize: str = ""
    looked_at: str = ""
    prices: tuple[Price, ...] = ()
    spot: Price | None = None
    on_base_type: OnBaseType | None = None
    series: Series | None = None

    @property
    def big_type(self) -> str | None:
        """The type that the run has made the instance; None where it has not made it big, as far as known."""
        if self.upsize is None or self.upsize.outcome != "wanted":
            return None
        return self.upsize.type_after if self.upsize.type_after != self.parameters["base_type"] else None

    @property
    def is_untouched(self) -> bool:
        """Whether the run has left the instance alone: decided to, and left nothing of an earlier try."""
        ours = self.instance is not None and self.instance.is_ours
        return bool(self.no_resize) and self.downsize is None and not ours
