"""Reports with all that one can hold, made up."""

import math
from datetime import UTC, datetime, timedelta

from include.market import CURRENCIES
from include.months import MonthRange
from include.report.build import build_report
from include.report.model import (
    Benefit,
    ClaimFinding,
    Comparison,
    Evaluation,
    Facts,
    GainPath,
    InstanceNow,
    OnBaseType,
    PlannedMonths,
    Report,
    Resize,
    StageSummary,
)
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
from include.stages import STAGES
from include.stages.families import family_of
from tests.report.facts import PRICES, SPOT

BEGAN = datetime(2026, 1, 5, 10, tzinfo=UTC)
YEAR = MonthRange.of_texts("2024-01", "2024-12")
ROWS = 31_000
POINTS = 240


def at(seconds: float) -> str:
    """So many seconds after the run began."""
    return (BEGAN + timedelta(seconds=seconds)).isoformat()


UPSIZE = Resize(
    instance_id="i-1",
    type_before="t3.2xlarge",
    type_after="c7i.8xlarge",
    started=at(10),
    finished=at(130),
    seconds=120.0,
    downtime_seconds=95.0,
    found="i-1 is running as t3.2xlarge",
    public_ip_before="192.0.2.1",
    public_ip_after="192.0.2.2",
)
DOWNSIZE = Resize(
    instance_id="i-1",
    type_before="c7i.8xlarge",
    type_after="t3.2xlarge",
    started=at(400),
    finished=at(510),
    seconds=110.0,
    downtime_seconds=90.0,
    found="i-1 is running as c7i.8xlarge",
    public_ip_before="192.0.2.2",
    public_ip_after="192.0.2.3",
)
TIMES = {
    "preflight": (0, 9), "upsize": (10, 121), "verify_host": (132, 3),
    "stage_2_3 [2024-01 to 2024-06]": (136, 50),
    "stage_2_3 [2024-07 to 2024-12]": (136, 55), "stage_2_3_complete": (192, 1),
    "stage_2_4 [2024-01 to 2024-06]": (194, 25), "stage_2_4 [2024-07 to 2024-12]": (194, 24),
    "stage_2_4_complete": (220, 1), "stage_2_16b [2024-01 to 2024-06]": (222, 12),
    "stage_2_16b [2024-07 to 2024-12]": (222, 13), "stage_2_16b_complete": (236, 1), "validate": (238, 18),
    "evaluate": (257, 140), "publish": (398, 1), "downsize": (400, 111),
}  # fmt: skip


def computed() -> tuple[ComputedMonth, ...]:
    """Each stage a month after the other, by two shards."""
    made = []
    for stage, (began, took) in zip(STAGES, ((136, 50), (194, 25), (222, 12)), strict=True):
        for number, month in enumerate(YEAR):
            here = began + took / 6 * (number % 6)
            made.append(
                ComputedMonth(
                    stage=stage.name,
                    month=str(month),
                    rows=ROWS + 40 * number,
                    began=at(here),
                    ended=at(here + took / 6 * (0.9 + 0.01 * number)),
                )
            )
    return tuple(made)


def feature_series(months: MonthRange = YEAR) -> FeatureSeries:
    """Indices that wander, arbitrage that has its seasons, NULLs in some families and months."""
    step = (months.end - months.start) / POINTS
    times = tuple((months.start + step * n).isoformat(timespec="minutes") for n in range(POINTS))
    columns: dict[str, int] = {}
    for stage in STAGES:
        for feature in stage.features:
            columns[family_of(feature.name)] = columns.get(family_of(feature.name), 0) + 1
    families = []
    for number, (family, count) in enumerate(columns.items()):
        cells = tuple(ROWS * count for _ in months)
        nulls = tuple(
            int(cell * 0.03 * number / 14 * (1 + math.sin(at + number))) if number % 3 == 0 else 0
            for at, cell in enumerate(cells)
        )
        families.append(FamilyNulls(family=family, cells=cells, nulls=nulls))
    indices = {
        currency: tuple(
            round(100 + (c - 3.5) * n / 60 + math.sin(n / 9 + c) + 0.4 * math.sin(n * (c + 2)), 4)
            for n in range(POINTS)
        )
        for c, currency in enumerate(CURRENCIES)
    }
    known = tuple(3_600 * 28 for _ in range(POINTS))
    return FeatureSeries(
        nulls=NullMap(months=tuple(map(str, months)), families=tuple(families)),
        indices=IndexPath(times=times, indices=indices),
        arbitrage=OpportunityPath(
            times=times,
            known=known,
            opportunities=tuple(int(it * 0.01 * (1.2 + math.sin(n / 20))) for n, it in enumerate(known)),
        ),
    )


def compared(difference: float) -> Comparison:
    """With an interval around it."""
    return Comparison(
        baseline=1.9,
        treatment=1.9 + difference,
        difference=difference,
        low=difference - 0.2,
        high=difference + 0.2,
        baseline_low=0.4,
    )


def benefit() -> Benefit:
    """TIER 1 helps a little."""
    months = tuple(map(str, list(YEAR)[4:]))
    return Benefit(
        net=compared(0.31),
        before_costs=compared(0.5),
        placebo=compared(0.01),
        models={"ridge": compared(0.2), "boosting": compared(0.3)},
        tried=6,
        deflated_sharpe=0.97,
        families={"basket momentum": 0.02, "arbitrage": 0.01, "bloc breadth": 0.0, "bloc index": -0.01},
        path=GainPath(
            months=months,
            baseline=tuple(0.8 * n for n in range(len(months))),
            treatment=tuple(1.1 * n + 0.3 * math.sin(n) for n in range(len(months))),
            low=tuple(0.5 * n - 1 for n in range(len(months))),
            high=tuple(1.7 * n + 1.5 for n in range(len(months))),
        ),
        blocks=8,
        judged=900,
        first_judged="2024-05-01T00:00:00.000000",
        last_judged="2024-12-31T22:00:00.000000",
        horizon_bars=60,
        decisions=1300,
        possible_decisions=6200,
        seconds=58.0,
    )


def facts() -> Facts:
    """Of a run that succeeded, with everything measured."""
    tasks = dict.fromkeys(TIMES, "success")
    return Facts(
        run_id="manual__2026-01-05T10:00:00+00:00",
        parameters={"instance_id": "i-1", "base_type": "t3.2xlarge", "work_type": ["c7i.8xlarge"]},
        plan=PlannedMonths(first_month="2024-01", last_month="2024-12"),
        tasks={"preflight": "success", "approve": "skipped", **tasks},
        stages=tuple(
            StageSummary(
                stage=stage.name,
                months=12,
                computed=12,
                rows=12 * ROWS,
                columns=len(stage.features),
                seconds=seconds,
                began=BEGAN.timestamp() + 136,
                cpu_seconds=2.5 * seconds,
                month_seconds=8 * seconds,
                waited_seconds=3 * seconds,
                at_once=4,
                tasks=2,
                vcpus=32,
            )
            for stage, seconds in zip(STAGES, (55.0, 25.0, 13.0), strict=True)
        ),
        upsize=UPSIZE,
        downsize=DOWNSIZE,
        validation=(
            ClaimFinding(
                claim="log_indices_sum_to_zero", looked_at=374_000, things="bars", against=0, figure=1e-14
            ),
        ),
        evaluation=Evaluation(features=384, bars=374_000, empty="none", constant="none", benefit=benefit()),
        instance=InstanceNow(type="t3.2xlarge", state="running", public_ip="192.0.2.3"),
        looked_at=at(520),
        prices=PRICES,
        spot=SPOT,
        on_base_type=OnBaseType(type="t3.2xlarge", vcpus=8, seconds=400.0),
        series=Series(
            tasks=tuple(
                TaskTime(task=task, began=at(began), seconds=took) for task, (began, took) in TIMES.items()
            ),
            computed=computed(),
            features=feature_series(),
        ),
    )


def failed_facts() -> Facts:
    """Of a run whose first stage failed while AWS was away: little is known, and that is said."""
    return Facts(
        run_id="scheduled",
        parameters={"instance_id": "i-1", "base_type": "t3.2xlarge", "work_type": ["c7i.8xlarge"]},
        plan=PlannedMonths(first_month="2024-01", last_month="2024-12"),
        tasks={
            "preflight": "success",
            "upsize": "success",
            "stage_2_3": "failed",
            "validate": "upstream_failed",
            "publish": None,
            "downsize": "failed",
        },
        reasons={"stage_2_3": "prices at 2024-03-01 are negative"},
        upsize=UPSIZE,
        series=Series(unread="Not drawn: stage_2_3 did not succeed."),
    )


def full_report() -> Report:
    """The report of a run with everything in it."""
    return build_report(facts())


def failed_report() -> Report:
    """The report of a run that failed."""
    return build_report(failed_facts())
