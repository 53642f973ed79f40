"""What is known at the end of runs that tests report on."""

from dataclasses import replace

from include.report.model import (
    ClaimFinding,
    Facts,
    InstanceNow,
    OnBaseType,
    PlannedMonths,
    Price,
    Resize,
    StageSummary,
)
from include.report.worth import Worth

BASE, WORK = "t3.2xlarge", "c7i.8xlarge"
PRICES = (
    Price(type=BASE, hourly_usd=0.36, source="the price list", as_of="2026-01-01"),
    Price(type=WORK, hourly_usd=1.44, source="the price list", as_of="2026-01-01"),
)
SPOT = Price(type=WORK, hourly_usd=0.72, source="the Spot history", as_of="2026-01-02")
# it takes two minutes, in the last 90 s of which the instance is away
UPSIZE = Resize(
    instance_id="i-1",
    type_before=BASE,
    type_after=WORK,
    state="running",
    started="2026-01-01T10:00:00+00:00",
    finished="2026-01-01T10:02:00+00:00",
    seconds=120.0,
    downtime_seconds=90.0,
    public_ip_before="192.0.2.1",
    public_ip_after="192.0.2.2",
    outcome="wanted",
)
# the instance is away from 12:00:30 on
DOWNSIZE = replace(
    UPSIZE,
    type_before=WORK,
    type_after=BASE,
    started="2026-01-01T12:00:00+00:00",
    finished="2026-01-01T12:02:00+00:00",
    public_ip_before="192.0.2.2",
    public_ip_after="192.0.2.3",
)
SECONDS = {BASE: 30.0 + 90.0, WORK: 2 * 3600.0}
"""The seconds that the instance had each type."""
REFUSED = f"{BASE}: InsufficientInstanceCapacity: no capacity (7 times)"
STAGE = StageSummary(
    stage="currency_indices",
    months=12,
    computed=12,
    rows=93_600,
    columns=224,
    seconds=50.0,
    began=1_767_261_720.0,
    cpu_seconds=100.0,
    month_seconds=400.0,
    waited_seconds=300.0,
    at_once=8,
    vcpus=32,
)
STAGES = (
    STAGE,
    replace(STAGE, stage="triangular_arbitrage", columns=112),
    replace(STAGE, stage="currency_blocs", columns=48),
)
SMALL = InstanceNow(
    type=BASE,
    state="running",
    public_ip="192.0.2.3",
    rung="type 1 of the 3 that would do outside of a run: the base type",
)
HOLDS = ClaimFinding(claim="keys_are_unique", looked_at=93_600, things="rows", against=0)
CONTRADICTED = ClaimFinding(
    claim="momentum_is_recomputed",
    looked_at=1_000,
    things="values",
    against=3,
    figure=0.25,
    meaning="relative error",
)
TASKS = (
    "preflight",
    "approve",
    "upsize",
    "stage_2_3",
    "stage_2_4",
    "stage_2_16b",
    "validate",
    "evaluate",
    "publish",
    "downsize",
)
SUCCEEDED = Facts(
    run_id="manual",
    parameters={"instance_id": "i-1", "base_type": BASE, "work_type": f"{WORK},c6i.8xlarge"},
    plan=PlannedMonths(first_month="2025-01", last_month="2025-12"),
    tasks=dict.fromkeys(TASKS, "success"),
    stages=STAGES,
    upsize=UPSIZE,
    downsize=DOWNSIZE,
    validation=(HOLDS,),
    instance=SMALL,
    looked_at="2026-01-01T12:03:00+00:00",
    prices=PRICES,
    spot=SPOT,
    on_base_type=OnBaseType(type=BASE, vcpus=8, seconds=600.0),
)
UNTOUCHED = replace(
    SUCCEEDED,
    tasks=SUCCEEDED.tasks | {"downsize": "skipped"},
    upsize=None,
    downsize=None,
    on_base_type=None,
    no_resize="the parameter resize is never",
)
NO_PLAN = replace(
    SUCCEEDED,
    plan=None,
    tasks={**dict.fromkeys(TASKS, "upstream_failed"), "preflight": "failed", "downsize": "success"},
    stages=(),
    upsize=None,
    downsize=replace(DOWNSIZE, type_before=BASE, downtime_seconds=0.0, public_ip_before="192.0.2.1"),
    validation=(),
    on_base_type=None,
)
"""Preflight has failed: nothing was planned, made big or computed; downsize found it small."""
WORTH = Worth(
    instance_id="i-1",
    big_type="c7i.8xlarge",
    months=12,
    rows=1_100_000.0,
    seconds_as_it_is=8.2,
    seconds_big=5.4,
    downtime_seconds=180.0,
    extra_usd=0.1298,
    worth_it=False,
)
