"""Completion markers: which months of a stage are finished, and from which input."""

import logging
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from include.months import Month
from include.stages import SPEC_VERSION

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Marker:
    """A finished (stage, month)."""

    stage: str
    month: Month
    rows: int
    input_digest: str
    run_id: str
    host: str
    started: datetime
    finished: datetime


def lock_month(conn: Connection, stage: str, month: Month) -> None:
    """Wait for whoever works on this month of this stage; held until the transaction ends.

    After a crash of the scheduler a second try of a stage runs beside the first one, which lives on.
    """
    key = [stage, int(month.astype(int))]
    got = conn.execute("select pg_try_advisory_xact_lock(hashtext(%s), %s)", key).fetchone()
    if got != (True,):
        log.info("%s %s: another process is at it; waiting for it", stage, month)
        conn.execute("select pg_advisory_xact_lock(hashtext(%s), %s)", key)


def finished_from(conn: Connection, stage: str, month: Month) -> tuple[str, str] | None:
    """Input digest and run id of a month that is finished under the present spec version."""
    return conn.execute(
        "select input_digest, run_id from tier1.completion_marker"
        " where stage = %s and month = %s and spec_version = %s",
        [stage, month.item(), SPEC_VERSION],
    ).fetchone()


def write_marker(conn: Connection, marker: Marker) -> None:
    """Set the marker of a month, within the caller's transaction."""
    conn.execute(
        "insert into tier1.completion_marker"
        ' (stage, month, rows, spec_version, input_digest, run_id, host, started, finished)'
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        ' on conflict (stage, month) do update set rows = excluded.rows,'
        " spec_version = excluded.spec_version, input_digest = excluded.input_digest,"
        " run_id = excluded.run_id, host = excluded.host,"
        " started = excluded.started, finished = excluded.finished",
        [
            marker.stage, marker.month.item(), marker.rows, SPEC_VERSION, marker.input_digest,
            marker.run_id, marker.host, marker.started, marker.finished,
        ],
    )  # fmt: skip


def unfinished_months(conn: Connection, stage: str, months: list[Month]) -> list[Month]:
    """Those of the months that have no marker of the present spec version."""
    finished = conn.execute(
        "select month from tier1.completion_marker"
        " where stage = %s and spec_version = %s and month = any(%s)",
        [stage, SPEC_VERSION, [month.item() for month in months]],
    ).fetchall()
    done = {row[0] for row in finished}
    return [month for month in months if month.item() not in done]


def months_of_run(conn: Connection, run_id: str) -> list[tuple[str, int, int, datetime]]:
    """What a run has computed: stage, number of months, rows, when the last one was finished."""
    return conn.execute(
        "select stage, count(*), sum(rows)::bigint, max(finished) from tier1.completion_marker"
        " where run_id = %s group by stage order by max(finished)",
        [run_id],
    ).fetchall()
