"""The report of each run."""

from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from include.store.schema import ensure_schema


def write_report(conn: Connection, report: dict[str, Any]) -> None:
    """Set the report of its run."""
    ensure_schema(conn)
    conn.execute(
        "insert into tier1.run_report (run_id, report) values (%s, %s)"
        " on conflict (run_id) do update set report = excluded.report, written = now()",
        [report["run_id"], Jsonb(report)],
    )


def read_report(conn: Connection, run_id: str | None = None) -> dict[str, Any] | None:
    """The report of a run, by default of the latest; None where there is none."""
    row = conn.execute(
        "select report from tier1.run_report where run_id = coalesce(%s, run_id)"
        " order by written desc limit 1",
        [run_id],
    ).fetchone()
    return None if row is None else row[0]
