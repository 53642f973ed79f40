"""How long the last runs took, task by task."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import Connection
from psycopg.errors import UndefinedTable
from pydantic import TypeAdapter

from include.report.model import StageSummary

_LAST = """
select run_id, report -> 'stages', report #> '{series,tasks}'
from tier1.run_report
where run_id <> %s and report -> 'problems' = '[]'
order by written desc limit %s"""
_STAGES = TypeAdapter(tuple[StageSummary, ...])


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a run took that has succeeded.

    Attributes:
        run_id: the run.
        stages: what each stage did, by its name.
        tasks: seconds of each task; of a stage that was shared out, of each shard.
    """

    run_id: str
    stages: Mapping[str, StageSummary]
    tasks: Mapping[str, float]


def past_runs(conn: Connection, run_id: str, most: int = 5) -> list[PastRun]:
    """Return the last runs that have succeeded, but for this one, the latest first."""
    try:
        found = conn.execute(_LAST, [run_id, most]).fetchall()
    except UndefinedTable:
        return []
    return [
        PastRun(
            run,
            {it.stage: it for it in _STAGES.validate_python(stages or ())},
            {it["task"]: it["seconds"] for it in tasks or ()},
        )
        for run, stages, tasks in found
    ]
