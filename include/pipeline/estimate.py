"""How much a run has to do, and how long that takes on a machine: see docs/explanation/does-it-pay.md."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from statistics import median

from include.months import Month
from include.pipeline.at_once import settle
from include.pipeline.job import Job
from include.pipeline.recipe import look_up
from include.pipeline.run_stage import valid_months
from include.pipeline.scaling import COSTS, MEBIBYTE, START_SECONDS, Machines, stage_seconds
from include.settings import MonthsAtOnce, Settings
from include.store.connection import Connection, connect
from include.store.grants import Grant, granted
from include.store.prices.bars import expected_bars
from include.store.prices.tables import price_tables
from include.store.runs.reports import downtimes
from include.store.runs.speeds import Timed, last_timed, rows_of_months
from include.store.schema import is_up_to_date

USUAL_DOWNTIME_SECONDS = 180.0
"""What a resize takes on EC2 where no run has measured it: a stop, a change, a start, two status checks."""
BEST_DISK = 1000 * MEBIBYTE
"""Bytes a second that a gp3 volume writes at most."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a stage has to do in a run.

    Attributes:
        stage: the stage's name.
        months: the months that it has to compute.
        rows: about how many rows these have.
        timed: what it did when it was last timed; None where it never was.
    """

    stage: str
    months: Collection[Month]
    rows: float
    timed: Timed | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the database tells of a run that has not begun.

    Attributes:
        work: of each stage.
        grant: the connections that the stages may have.
        downtimes: for how many seconds the last resizes of the instance took it away.
    """

    work: Collection[Work]
    grant: Grant
    downtimes: Collection[float] = ()

    @property
    def months(self) -> int:
        """How many months at least one stage has to compute."""
        return len({month for work in self.work for month in work.months})

    @property
    def rows(self) -> float:
        """Rows that the stages are going to write, all together."""
        return sum(work.rows for work in self.work)

    @property
    def is_measured(self) -> bool:
        """Whether every stage with something to do was timed before."""
        return all(work.timed for work in self.work if work.months)

    @property
    def downtime_seconds(self) -> float:
        """How long a resize takes the instance away."""
        return median(self.downtimes) if self.downtimes else USUAL_DOWNTIME_SECONDS


def look_ahead(url: str, settings: Settings, jobs: Iterable[Job], instance_id: str) -> Outlook:
    """Look at what a run would do, and at what earlier ones took; only read, and no prices.

    Where the schema is missing, or of another version, or nothing watches the prices, it is all months: of
    some of these a stage may find out, from their prices, that they are still valid.

    Raises:
        DatabaseUnreachableError: the feature database cannot be reached, or the connection was lost.
    """
    with connect(url) as conn:
        is_known = is_up_to_date(conn)
        timed = last_timed(conn) if is_known else {}
        todo = {job.stage.name: months_to_do(conn, job, settings) for job in jobs}
        months = {month for months in todo.values() for month in months}
        bars = _bars(conn, settings, months, is_known=is_known)
        return Outlook(
            [
                Work(stage, months, sum(bars[month] for month in months), timed.get(stage))
                for stage, months in todo.items()
            ],
            granted(conn),
            downtimes(conn, instance_id) if is_known else [],
        )


def months_to_do(conn: Connection, job: Job, settings: Settings) -> list[Month]:
    """Return the months that the job would compute, as far as that is known without reading prices."""
    recipe = look_up(conn, job.stage, settings)
    valid = valid_months(conn, job, recipe, job.months) if recipe else set()
    return [month for month in job.months if month not in valid]


def _bars(conn: Connection, settings: Settings, months: set[Month], *, is_known: bool) -> dict[Month, float]:
    """Return about how many bars each month has: as a stage has found it, else as the price tables look."""
    found = rows_of_months(conn) if is_known else {}
    missing = [month for month in months if month not in found]
    return found | (expected_bars(conn, price_tables(settings), missing) if missing else {})


def seconds_of(outlook: Outlook, machines: Machines, wanted: MonthsAtOnce, shards: int) -> float:
    """Estimate how long the stages take, one after the other.

    Args:
        outlook: what they have to do.
        machines: where they would run.
        wanted: how many months a task computes at the same time.
        shards: tasks of a stage, all on that host.
    """
    return sum(
        _seconds(work, machines, wanted, shards, outlook.grant) for work in outlook.work if work.months
    )


def _seconds(work: Work, machines: Machines, wanted: MonthsAtOnce, shards: int, grant: Grant) -> float:
    at_once = settle(wanted, len(work.months), shards, shards, grant, machines.vcpus).months
    return _corrected(work.stage, work.rows, len(work.months), work.timed, machines, at_once, shards)


def seconds_elsewhere(timed: Timed, machines: Machines, at_once: int) -> float:
    """Estimate how long a stage would have taken elsewhere that was timed here.

    Args:
        timed: what it did here.
        machines: where it would run.
        at_once: months that each of its tasks would compute at the same time.
    """
    return _corrected(timed.stage, timed.rows, timed.months, timed, machines, at_once, timed.tasks)


def _corrected(
    stage: str, rows: float, months: int, timed: Timed | None, machines: Machines, at_once: int, tasks: int
) -> float:
    """Return what the model says, times how wrong it was when the stage was last timed."""
    machines = _with_disk(timed, machines)
    modelled = stage_seconds(stage, rows, months, machines, at_once, tasks)
    return START_SECONDS + (modelled - START_SECONDS) * _slowness(timed, machines)


def _with_disk(timed: Timed | None, machines: Machines) -> Machines:
    """Return the machines with the disk that they have: who was faster than the usual one pays for more."""
    if timed is None:
        return machines
    wrote = COSTS[timed.stage].disk * timed.rows / timed.seconds
    is_usual = wrote <= machines.disk_bytes_per_second
    return machines if is_usual else replace(machines, disk_bytes_per_second=max(wrote, BEST_DISK))


def _slowness(timed: Timed | None, machines: Machines) -> float:
    """Return how often as long as the model says the stage took, when it was last timed."""
    if timed is None:
        return 1.0
    there = Machines(timed.vcpus, machines.database_vcpus, machines.disk_bytes_per_second)
    modelled = stage_seconds(timed.stage, timed.rows, timed.months, there, timed.at_once, timed.tasks)
    return timed.seconds / (modelled - START_SECONDS)
