"""The report of each run."""

from collections.abc import Collection, Mapping
from typing import Any

from psycopg import Connection
from psycopg.errors import UndefinedTable
from psycopg.types.json import Jsonb

from include.report.model import Report, UnreadableReportError
from include.store.schema import ensure_schema


def write_report(conn: Connection, report: Report) -> None:
    """Set the report of its run."""
    ensure_schema(conn)
    replace_report(conn, report.run_id, report.to_json())


def replace_report(conn: Connection, run_id: str, report: Mapping[str, Any]) -> None:
    """Set what is stored as the report of a run."""
    conn.execute(
        "insert into tier1.run_report (run_id, report) values (%s, %s)"
        " on conflict (run_id) do update set report = excluded.report, written = now()",
        [run_id, Jsonb(report)],
    )


def read_report(conn: Connection, run_id: str | None = None) -> Report | None:
    """Read the report of a run, by default of the latest; None where there is none, or no table yet.

    Raises:
        UnreadableReportError: what is stored lacks what every report has.
        LockNotAvailable: somebody holds the table; no verdict is delayed by that for long.
    """
    try:
        with conn.transaction():
            conn.execute("set local lock_timeout = '5s'")
            row = conn.execute(
                "select report from tier1.run_report where run_id = coalesce(%s, run_id)"
                " order by written desc limit 1",
                [run_id],
            ).fetchone()
    except UndefinedTable:
        return None
    return None if row is None else Report.from_json(row[0])


def read_reports(conn: Connection, run_ids: Collection[str]) -> dict[str, Report | None]:
    """Read the reports of several runs, without the figures behind their plots.

    Returns:
        By run; None where what is stored lacks what every report has. A run without a report is left out.
    """
    try:
        found = conn.execute(
            "select run_id, report - array['series', 'evaluation'] from tier1.run_report"
            " where run_id = any(%s)",
            [list(run_ids)],
        ).fetchall()
    except UndefinedTable:
        return {}
    return {run_id: _readable(stored) for run_id, stored in found}


def _readable(stored: Mapping[str, Any]) -> Report | None:
    try:
        return Report.from_json(stored)
    except UnreadableReportError:
        return None


def downtimes(conn: Connection, instance_id: str, runs: int = 5) -> list[float]:
    """Return for how many seconds each resize took the instance away in the last runs that made it big."""
    query = """
    select seconds
    from (
        select report from tier1.run_report
        where report #>> '{parameters,instance_id}' = %s
        and (report #>> '{upsize,downtime_seconds}')::double precision > 0
        order by written desc limit %s
    ) latest
    cross join lateral (values
        ((report #>> '{upsize,downtime_seconds}')::double precision),
        ((report #>> '{downsize,downtime_seconds}')::double precision)
    ) as resizes (seconds)
    where seconds > 0"""
    return [seconds for (seconds,) in conn.execute(query, [instance_id, runs])]
