"""How fast each stage was when it last had enough to do to tell, from its completion markers."""

from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import class_row

from include.months import Month

FEWEST_ROWS = 20_000  # two weeks of minutes: a fraction of a second, of which chance makes little

# A run is timed while at least one of its months was at work: it may have been cleared hours later, and some
# of its months may have been computed again since.
_LAST = """
select distinct on (stage) stage, rows, months, vcpus, at_once, seconds,
    greatest(1, round(seconds_of_months / seconds / at_once))::integer as tasks
from (
    select stage, vcpus, at_once, sum(rows)::bigint as rows, count(*)::integer as months,
        max(finished) as ended,
        sum(extract(epoch from finished - started))::double precision as seconds_of_months,
        (select sum(extract(epoch from upper(spell) - lower(spell)))
            from unnest(range_agg(tstzrange(started, finished))) as spell)::double precision as seconds
    from tier1.completion_marker
    where finished > started and vcpus > 0 and at_once > 0
    group by stage, run_id, host, vcpus, at_once
) runs
where rows >= %s
order by stage, ended desc"""


@dataclass(frozen=True, slots=True)
class Timed:
    """What a run has done of a stage on one host, and in which time.

    Attributes:
        stage: the stage's name.
        rows: rows of its months.
        months: how many months it has computed there.
        vcpus: what each task might use of the host.
        at_once: months that a task computed at the same time.
        tasks: about how many tasks were at work at the same time.
        seconds: the time, without pauses in which no month was at work.
    """

    stage: str
    rows: int
    months: int
    vcpus: int
    at_once: int
    tasks: int
    seconds: float


def last_timed(conn: Connection) -> dict[str, Timed]:
    """Return, by stage, the last run that computed enough of it; a stage that has none is left out."""
    cursor = conn.cursor(row_factory=class_row(Timed))
    return {timed.stage: timed for timed in cursor.execute(_LAST, [FEWEST_ROWS])}


def rows_of_months(conn: Connection) -> dict[Month, int]:
    """Return how many rows each month has that any stage has finished."""
    query = "select month, max(rows) from tier1.completion_marker group by month"
    return {Month(month, "M"): rows for month, rows in conn.execute(query)}
