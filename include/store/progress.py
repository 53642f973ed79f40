"""How far each stage of a run has come, for whoever watches it: a row that every month replaces."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from psycopg import Connection, sql
from psycopg.rows import class_row

from include.stages import STAGES


@dataclass(frozen=True, slots=True)
class Progress:
    """A stage of a run.

    Attributes:
        run_id: The run.
        stage: One of `STAGES`.
        months: How many are wanted.
        valid: Those that had been computed before, from the same prices.
        computed: Those that this run has computed.
        rows: How many these have.
        seconds: Since the stage began.
        updated: When this was written.
    """

    run_id: str
    stage: str
    months: int
    valid: int
    computed: int = 0
    rows: int = 0
    seconds: float = 0.0
    updated: datetime | None = None

    def after(self, rows: int | None, seconds: float) -> "Progress":
        """One month later; `rows` is None where that month was still valid."""
        if rows is None:
            return replace(self, valid=self.valid + 1, seconds=seconds)
        return replace(self, computed=self.computed + 1, rows=self.rows + rows, seconds=seconds)

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
        """About how long the other months will take; None before one has been computed."""
        if self.done == self.months:
            return 0.0
        return self.seconds / self.computed * (self.months - self.done) if self.computed else None

    def __str__(self) -> str:
        """One line, for the log."""
        months = f"{self.done} of {self.months} months in {self.seconds:.0f} s"
        left = "" if self.seconds_left is None else f", about {self.seconds_left:.0f} s left"
        return f"{months}, {self.rows_per_second:,.0f} rows/s{left}"


def write_progress(conn: Connection, progress: Progress) -> None:
    """Replace the stage's row; it is not worth a wait for the disk."""
    values = {name: value for name, value in asdict(progress).items() if name != "updated"}
    names = [sql.Identifier(name) for name in values]
    query = sql.SQL(
        "insert into tier1.stage_progress ({}) values ({})"
        " on conflict (run_id, stage) do update set updated = excluded.updated, {}"
    ).format(
        sql.SQL(", ").join(names),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in names),
    )
    with conn.transaction():
        conn.execute("set local synchronous_commit = off")
        conn.execute(query, values)


def progress_of_run(conn: Connection, run_id: str) -> list[Progress]:
    """The stages of the run that have begun, in their order."""
    query = sql.SQL(
        "select {} from tier1.stage_progress where run_id = %s order by array_position(%s, stage)"
    ).format(sql.SQL(", ").join(sql.Identifier(field.name) for field in fields(Progress)))
    cursor = conn.cursor(row_factory=class_row(Progress))
    return cursor.execute(query, [run_id, list(STAGES)]).fetchall()
