"""Runs as the page sees them, made up: nothing is asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ec2_instance.reading import Instance
from include.report.build import build_report
from include.stages import STAGES
from include.store.checks.claims import claims
from include.store.runs.durations import PastRun
from include.store.runs.finished import FinishedMonth
from include.store.runs.stage_progress import Progress
from tests.report.facts import PRICES
from tests.report.facts import WORTH as SLOWER_THAN_AS_IT_IS
from tests.report.reports import facts
from tier1_page.live.in_airflow import RunSeen, TaskSeen
from tier1_page.live.in_aws import WorkerSeen
from tier1_page.live.in_database import DatabaseSeen
from tier1_page.live.page import Looks, page_of
from tier1_page.live.stages import ORDER
from tier1_page.shared_look import Seen
from tier1_tasks.form import PARAMS
from tier1_tasks.names import TAGS

NOW = datetime.now(UTC).replace(microsecond=0)
RUN_ID = "manual__2026-01-05T10:00:00+00:00"
PATH = "dags/tier1/runs/manual__2026-01-05T10%3A00%3A00%2B00%3A00"
STAGE = STAGES[1]
BEFORE = "manual__2025-12-01T10:00:00+00:00"
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
SHARDS = [{"first": "2024-01", "last": "2024-06"}, {"first": "2024-07", "last": "2024-12"}]
WORTH = replace(
    SLOWER_THAN_AS_IT_IS, rows=1e6, seconds_as_it_is=1_000.0, seconds_big=400.0, downtime_seconds=100.0,
    extra_usd=0.25, worth_it=True,
)  # fmt: skip
"""Growing pays."""
BASE, WORK, INSTANCE = "t3.2xlarge", "c7i.8xlarge", "i-0123456789abcdef0"


def at(seconds: float) -> datetime:
    """So many seconds after the run began, ten minutes ago."""
    return NOW - timedelta(minutes=10) + timedelta(seconds=seconds)


UP = {
    "type_before": BASE,
    "type_after": WORK,
    "started": at(10).isoformat(),
    "finished": at(130).isoformat(),
    "seconds": 120.0,
    "downtime_seconds": 90.0,
    "outcome": "wanted",
}
DOWN = UP | {
    "type_before": WORK,
    "type_after": BASE,
    "started": at(480).isoformat(),
    "finished": at(590).isoformat(),
}
PAST = PastRun(
    BEFORE,
    780.0,
    {it.stage: it for it in facts().stages},
    {"preflight": 9.0, "upsize": 120.0, "validate": 18.0, "downsize": 110.0, "verdict": 2.0},
)


def tasks(states: dict[str, str | None]) -> tuple[TaskSeen, ...]:
    """All tasks, a minute each; those that are not named succeeded before the first that is."""
    found, state = [], "success"
    stages = {stage.task_id for stage in STAGES}
    for number, task_id in enumerate(ORDER):
        state = states.get(task_id, state)
        began = at(30 * number) if state not in {None, "skipped", "upstream_failed"} else None
        over = state in {"success", "failed", "skipped", "upstream_failed"}
        ended = (began or at(30 * number)) + timedelta(seconds=25) if over else None
        for index in (0, 1) if task_id in stages else (-1,):
            it = states.get(f"{task_id}_{index}", state)
            found.append(TaskSeen(task_id, index, it, began, ended))
    return tuple(found)


def finished(stage: str, months: list[str], run_id: str = RUN_ID) -> list[FinishedMonth]:
    """Months that a run has computed."""
    return [
        FinishedMonth(stage, month, run_id, 31_000 + n, "i-1", at(200), 2.0 + n / 10)
        for n, month in enumerate(months)
    ]


def left(**more) -> dict:
    """What the tasks have left."""
    named = {("preflight", "return_value"): SHARDS, ("upsize", "return_value"): UP}
    return named | {tuple(key.split("__")): value for key, value in more.items()}


def run(state: str = "running", states: dict | None = None, **more) -> RunSeen:
    """A run that is in stage 2.4, or as it is said."""
    parameters = {name: param.value for name, param in PARAMS.items()} | {
        "instance_id": INSTANCE, "base_type": BASE, "work_type": WORK, "resize": "always",
    }  # fmt: skip
    usual = {
        STAGES[1].task_id: "running", f"{STAGES[1].task_id}_complete": None, "approve": "skipped",
        "upsize": "success",
    }  # fmt: skip
    known = {"run_id": RUN_ID, "state": state, "started": at(0), "parameters": parameters, "left": left()}
    return RunSeen(**(known | {"tasks": tasks(usual if states is None else states)} | more))


def database(**more) -> DatabaseSeen:
    """The first stage is done, the second one is in the middle, two of its months were valid."""
    first, second, third = (stage.name for stage in STAGES)
    known = {
        "finished": finished(first, MONTHS)
        + finished(second, MONTHS[:2], BEFORE)
        + finished(second, MONTHS[2:7]),
        "at_work": {(second, "2024-08"), (second, "2024-09")},
        "to_do": {first: (), second: MONTHS[7:], third: MONTHS},
        "progress": [
            Progress(RUN_ID, second, 12, 2, 0, 5, 155_000, 100.0, NOW - timedelta(seconds=5)),
            Progress(RUN_ID, first, 12, 0, 0, 12, 372_000, 50.0, at(200)),
        ],
    }
    return DatabaseSeen(**(known | more))


def instance(instance_type: str = WORK, *, leased: bool = True) -> Instance:
    """The instance, which the run has leased for two hours."""
    tags = {
        TAGS.run: RUN_ID,
        TAGS.dag: "tier1",
        TAGS.owner: "us",
        TAGS.expires: (NOW + timedelta(hours=2)).isoformat(),
    }
    return Instance(INSTANCE, instance_type, "running", checks="ok", tags=tags if leased else {})


def seen(value, why: str = "", at=NOW) -> Seen:
    """What a look has found."""
    return Seen(value, at, why)


def looks(of: RunSeen, **more) -> Looks:
    """What was seen, all of it just now."""
    known = {
        "run": seen(of),
        "database": seen(database()),
        "past": seen([PAST]),
        "lasted": seen({BEFORE: 799.0}),
        "shards": seen({}),
        "instance": seen(instance()),
        "prices": seen(PRICES),
        "workers": seen([WorkerSeen(INSTANCE, "running", NOW - timedelta(seconds=4))]),
    }
    return Looks(**(known | more))


def page(of: RunSeen | None = None, **more):
    """The page of a run."""
    of = of or run()
    return page_of(of, looks(of, **more), NOW)


def succeeded():
    """The page of a run that has succeeded."""
    found = [
        {"claim": claim.name, "looked_at": 31_000, "things": claim.things, "against": 0, "figure": 1e-9}
        for claim in claims()
    ]
    report = replace(build_report(facts()), run_id=RUN_ID)
    over = run("success", {"approve": "skipped", "upsize": "success"}, ended=at(600),
               left=left(downsize__return_value=DOWN, validate__return_value=found))  # fmt: skip
    return page(over, database=seen(database(report=report, progress=[], at_work=(), to_do={})),
                instance=seen(instance(BASE, leased=False)))  # fmt: skip


def failed():
    """The page of a run of which a shard of a stage failed; it has ended, and the instance is small."""
    stage = STAGES[1].task_id
    states = {"approve": "skipped", "upsize": "success", f"{stage}_1": "failed", f"{stage}_complete":
              "upstream_failed", "downsize": "success", "verdict": "failed"}  # fmt: skip
    over = run("failed", states, ended=at(600), left=left(downsize__return_value=DOWN))
    return page(over, database=seen(database(at_work=())),
                instance=seen(instance(BASE, leased=False)))  # fmt: skip


def leased_by_another(hours):
    """The instance, leased by a run of somebody else for so many hours more."""
    tags = {"tier1:lease-run": "another", "tier1:lease-expires": (NOW + timedelta(hours=hours)).isoformat()}
    return replace(instance(), tags=dict(instance().tags) | tags)


def stage(of, task_id=STAGE.task_id):
    """What a page says of a stage."""
    [found] = [it for it in of.stages if it.task_id == task_id]
    return found


def cells(of):
    """The months of a stage, a letter each: done, valid, running, failed, to do."""
    return "".join(it.state.value[0] for it in of.months)


def asking(**parameters):
    """A run that waits for an answer, and has an estimate."""
    estimate = {"seconds_big": 340.0, "seconds_as_it_is": 900.0, "downtime_seconds": 60.0}
    found = left(preflight__estimate=estimate)
    del found["upsize", "return_value"]
    asks = run(
        states=dict.fromkeys(ORDER) | {"preflight": "success", "approve": "awaiting_input"}, left=found
    )
    return replace(asks, parameters=asks.parameters | parameters)
