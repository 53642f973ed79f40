"""The report of a run as its verdict has stored it; imported when it is asked for: it needs the database."""

from include.report.model import Report, UnreadableReportError
from include.store.connection import DatabaseUnreachableError, connect
from include.store.runs.reports import read_report
from tier1_tasks.database import conninfo
from tier1_tasks.names import DATABASE


def stored_report(run_id: str) -> tuple[Report | None, str]:
    """Return the report, and why it could not be read; empty where there is none yet."""
    try:
        with connect(conninfo(DATABASE)) as conn:
            return read_report(conn, run_id), ""
    except (DatabaseUnreachableError, UnreadableReportError) as error:
        return None, str(error)
