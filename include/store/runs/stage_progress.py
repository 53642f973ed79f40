"""How far each stage of a run has come, for whoever watches it: a row that every month replaces."""

import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import psycopg
from psycopg import Connection, errors
from psycopg.rows import class_row

from include.report.worth import about
from include.stages import STAGES
from include.store.connection import transaction_without_disk_wait

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """A try of a stage, or of a shard of it, or of all shards that have begun.

    Attributes:
        run_id: the run.
        stage: the stage's name.
        months: how many months are wanted.
        skipped: months that were known to be valid when the try began.
        looked_at: months that turned out to be valid when their prices had been read.
        computed: months that the try has computed.
        rows: rows of the computed months.
        seconds: seconds since the try began; of several shards, the longest.
        updated: when this was written.
        shard: which of the stage's shards this is.
    """

    run_id: str
    stage: str
    months: int
    skipped: int
    looked_at: int = 0
    computed: int = 0
    rows: int = 0
    seconds: float = 0.0
    updated: datetime | None = None
    shard: int = 0

    def after(self, rows: int | None, seconds: float) -> "Progress":
        """Return the progress one month later; `rows` is None where that month was still valid."""
        if rows is None:
            return replace(self, looked_at=self.looked_at + 1, seconds=seconds)
        return replace(self, computed=self.computed + 1, rows=self.rows + rows, seconds=seconds)

    @property
    def valid(self) -> int:
        """Months that had been computed before, from the same prices."""
        return self.skipped + self.looked_at

    @property
    def done(self) -> int:
        """Months that need no more work."""
        return self.valid + self.computed

    @property
    def rows_per_second(self) -> float:
        """Rows published a second, all workers together."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """About how long the other months will take; None before one of them has ended."""
        if self.done == self.months:
            return 0.0
        worked_off = self.looked_at + self.computed
        return self.seconds / worked_off * (self.months - self.done) if worked_off else None

    def __str__(self) -> str:
        """Return one line, for the log."""
        months = f"{self.done} of {self.months} months in {self.seconds:.0f} s"
        left = f", about {about(self.seconds_left)} left" if self.seconds_left else ""
        return f"{months}, {self.rows_per_second:,.0f} rows/s{left}"


def write_progress(conn: Connection, progress: Progress) -> None:
    """Replace the shard's row; of two tries at once, the one that writes last keeps its row.

    The row is for people who watch, and must not delay the stage: the commit does not wait for the disk, a
    lock is waited for one second at most, and where the row cannot be written the stage continues.
    """
    try:
        with transaction_without_disk_wait(conn):
            conn.execute("set local lock_timeout = '1s'")
            replace_row(conn, progress)
    except psycopg.Error as error:
        log.warning("%s: the progress could not be written; the stage continues: %s", progress.stage, error)


def replace_row(conn: Connection, progress: Progress) -> None:
    """Replace the shard's row, within the caller's transaction."""
    conn.execute(
        "insert into tier1.stage_progress"
        " (run_id, stage, shard, months, skipped, looked_at, computed, rows, seconds)"
        " values (%(run_id)s, %(stage)s, %(shard)s, %(months)s, %(skipped)s, %(looked_at)s,"
        " %(computed)s, %(rows)s, %(seconds)s)"
        " on conflict (run_id, stage, shard) do update set months = excluded.months,"
        " skipped = excluded.skipped, looked_at = excluded.looked_at, computed = excluded.computed,"
        " rows = excluded.rows, seconds = excluded.seconds, updated = now()",
        asdict(progress),
    )


def progress_of_run(conn: Connection, run_id: str) -> list[Progress]:
    """Return the stages of the run that have begun, in their order; none where there is no table yet.

    The shards of a stage count together, those that have begun.
    """
    return progress_of_runs(conn, [run_id])


def progress_of_runs(conn: Connection, run_ids: Collection[str]) -> list[Progress]:
    """Return the stages of several runs that have begun, as `progress_of_run` has those of one."""
    query = (
        "select run_id, stage, sum(months)::int as months, sum(skipped)::int as skipped,"
        " sum(looked_at)::int as looked_at, sum(computed)::int as computed, sum(rows)::bigint as rows,"
        " max(seconds) as seconds, max(updated) as updated from tier1.stage_progress"
        " where run_id = any(%s) group by run_id, stage order by run_id, array_position(%s, stage)"
    )
    cursor = conn.cursor(row_factory=class_row(Progress))
    try:
        return cursor.execute(query, [list(run_ids), [stage.name for stage in STAGES]]).fetchall()
    except errors.UndefinedTable:
        return []
