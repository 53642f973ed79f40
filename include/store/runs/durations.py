"""How long the last runs took, task by task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.errors import UndefinedTable
from pydantic import TypeAdapter

from include.report.model import StageSummary
from include.stages import STAGES

_LAST = """
select run_id, report -> 'stages', report #> '{series,tasks}'
from tier1.run_report
where run_id <> %(run_id)s and report -> 'problems' = '[]' and written < coalesce(
    (select own.written from tier1.run_report as own where own.run_id = %(run_id)s), 'infinity'
)
order by written desc limit %(most)s"""
_STAGES = TypeAdapter(tuple[StageSummary, ...])


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a run took that has succeeded.

    Attributes:
        run_id: the run.
        seconds: how long it took, from its first task to its last; 0 where that is not known.
        stages: what each stage did, by its name.
        tasks: seconds of each task; of a stage that was shared out, of each shard.
        stage_tasks: seconds of each stage's task, from the first of its shards to begin to the last to end.
    """

    run_id: str
    seconds: float
    stages: Mapping[str, StageSummary]
    tasks: Mapping[str, float]
    stage_tasks: Mapping[str, float] = field(default_factory=dict)


def past_runs(conn: Connection, run_id: str, most: int = 5) -> list[PastRun]:
    """Return the last runs before this one that have succeeded, the latest first."""
    try:
        found = conn.execute(_LAST, {"run_id": run_id, "most": most}).fetchall()
    except UndefinedTable:
        return []
    return [
        PastRun(
            run,
            _seconds(tasks or ()),
            {it.stage: it for it in _STAGES.validate_python(stages or ())},
            {it["task"]: it["seconds"] for it in tasks or ()},
            {it.task_id: took for it in STAGES if (took := _seconds(_shards(tasks or (), it.task_id)))},
        )
        for run, stages, tasks in found
    ]


def _shards(tasks: Iterable[Mapping[str, Any]], task_id: str) -> list[Mapping[str, Any]]:
    """Return the task itself, or its shards: the months of each stand behind the task's name."""
    return [it for it in tasks if it["task"].partition(" [")[0] == task_id]


def _seconds(tasks: Iterable[Mapping[str, Any]]) -> float:
    began = [(datetime.fromisoformat(it["began"]).timestamp(), it["seconds"]) for it in tasks]
    return max(start + took for start, took in began) - min(began)[0] if began else 0.0
