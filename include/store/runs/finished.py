"""Which months are finished, by whom, and which are being computed now: for whoever watches a run."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.errors import UndefinedTable
from psycopg.rows import class_row

from include.months import MonthRange
from include.stages import STAGES

_FINISHED = """
select stage, to_char(month, 'YYYY-MM') as month, run_id, rows, host, finished,
    extract(epoch from finished - started)::double precision as seconds
from tier1.completion_marker
where month between %s and %s"""

# whoever computes a month holds its lock (markers.lock_month): who waits for it does not
_AT_WORK = """
select stages.name, locks.objid::int
from pg_locks locks
join unnest(%s::text[]) as stages (name) on hashtext(stages.name)::oid = locks.classid
where locks.locktype = 'advisory' and locks.objsubid = 2 and locks.granted
and locks.database = (select oid from pg_database where datname = current_database())"""


@dataclass(frozen=True, slots=True)
class FinishedMonth:
    """A month that a stage has finished.

    Attributes:
        stage: the stage's name.
        month: the month, YYYY-MM.
        run_id: the run that has computed it.
        rows: its rows.
        host: where that was.
        finished: when that was.
        seconds: how long it took.
    """

    stage: str
    month: str
    run_id: str
    rows: int
    host: str
    finished: datetime
    seconds: float


def finished_in(conn: Connection, months: MonthRange) -> list[FinishedMonth]:
    """Return what is finished of these months, whether it is still valid or not; nothing without a table."""
    cursor = conn.cursor(row_factory=class_row(FinishedMonth))
    try:
        return cursor.execute(_FINISHED, [months.first.item(), months.last.item()]).fetchall()
    except UndefinedTable:
        return []


def months_at_work(conn: Connection) -> set[tuple[str, str]]:
    """Return the stages and months, YYYY-MM, that a process is computing now, of whichever run."""
    found = conn.execute(_AT_WORK, [[stage.name for stage in STAGES]])
    # the number of the month since January 1970, as numpy counts
    return {(stage, f"{1970 + month // 12:04}-{month % 12 + 1:02}") for stage, month in found}
