"""Which months a run has computed, and when each."""

from datetime import datetime

from psycopg import Connection
from psycopg.errors import UndefinedTable

from include.report.model.series import ComputedMonth
from include.stages import STAGES

_COMPUTED = """
select stage, to_char(month, 'YYYY-MM'), rows, started, finished
from tier1.completion_marker
where run_id = %s and finished > started
order by array_position(%s, stage), finished"""


def computed_months(conn: Connection, run_id: str) -> tuple[ComputedMonth, ...]:
    """Return the months that the run has computed and no later one since; none where there is no table."""
    try:
        found = conn.execute(_COMPUTED, [run_id, [stage.name for stage in STAGES]]).fetchall()
    except UndefinedTable:
        return ()
    return tuple(
        ComputedMonth(stage=stage, month=month, rows=rows, began=_iso(started), ended=_iso(finished))
        for stage, month, rows, started, finished in found
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
