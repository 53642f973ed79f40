"""Completion markers: which months of a stage are finished, and from which input."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from psycopg import Connection, sql

from include.months import Month, MonthRange
from include.stages import SPEC_VERSION, STAGES
from include.store.prices.watch import UNCHANGED

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a month was computed from.

    Attributes:
        fingerprint: digest of all that decides the month's values besides the prices.
        read_from: the first month of which prices were read, YYYY-MM-01 or `-infinity`.
        watch: the watch on the price tables at that time; None without one.
        seen: a snapshot from before they were read.
    """

    fingerprint: str
    read_from: str
    watch: str | None
    seen: str


@dataclass(frozen=True, slots=True)
class Maker:
    """Who computed a month.

    Attributes:
        run_id: the run.
        host: the host.
        code: digest of the files with which it was computed.
        vcpus: what the task might use of its host.
        at_once: months that the task computed at the same time.
    """

    run_id: str
    host: str
    code: str
    vcpus: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Marker:
    """A finished (stage, month).

    Attributes:
        stage: the stage's name.
        month: the month.
        rows: bars of the month.
        rows_digest: digest of its rows as they were published.
        input_digest: digest of all that decides the month's values, the prices included.
        maker: who computed the month.
        started: when the computation began.
        finished: when it ended.
        basis: by which a later run knows, without reading prices, that they have not changed.
    """

    stage: str
    month: Month
    rows: int
    rows_digest: Decimal
    input_digest: str
    maker: Maker
    started: datetime
    finished: datetime
    basis: Basis


@dataclass(frozen=True, slots=True)
class Made:
    """How a finished month was computed, beside what counts now.

    Attributes:
        spec_version: the version of the definition.
        fingerprint: digest of all that decides the month's values besides the prices; None of an old version.
        watch: the watch on the price tables at that time; None without one.
        prices_changed: whether a change of prices was noted since, as far as the watch can tell.
        own_changed: whether that was in the month itself, not only before it.
    """

    spec_version: int
    fingerprint: str | None
    watch: str | None
    prices_changed: bool
    own_changed: bool


def lock_month(conn: Connection, stage: str, month: Month) -> None:
    """Wait for whoever works on this month of this stage; held until the transaction ends.

    After a crash of the scheduler a second try of a stage runs beside the first one, which lives on.
    """
    key = [stage, int(month.astype(int))]
    got = conn.execute("select pg_try_advisory_xact_lock(hashtext(%s), %s)", key).fetchone()
    if got != (True,):
        log.info("%s %s: another process computes this month; waiting until it ends", stage, month)
        conn.execute("select pg_advisory_xact_lock(hashtext(%s), %s)", key)


def finished_from(conn: Connection, stage: str, month: Month) -> tuple[str, str] | None:
    """Return input digest and run id of a month that is finished under the present spec version."""
    return conn.execute(
        "select input_digest, run_id from tier1.completion_marker"
        " where stage = %s and month = %s and spec_version = %s",
        [stage, month.item(), SPEC_VERSION],
    ).fetchone()


def still_valid(
    conn: Connection, stage: str, months: Iterable[Month], fingerprint: str, watch: str | None
) -> dict[Month, str]:
    """Return the months whose inputs, prices too, are known to be what they were, and who computed them.

    Without a watch none is: then only their prices tell.
    """
    unchanged = UNCHANGED.format(seen="m.seen", first="m.read_from", last="m.month")
    query = (
        "select month, run_id from tier1.completion_marker m where stage = %s and spec_version = %s"
        " and month = any(%s) and premises = %s and watch = %s and "
    )
    values = [stage, SPEC_VERSION, [month.item() for month in months], fingerprint, watch]
    return {np.datetime64(month, "M"): run for month, run in conn.execute(query + unchanged, values)}


def made_months(conn: Connection, stage: str, months: Iterable[Month]) -> dict[Month, Made]:
    """Return of each of the months that has a marker, of any version, how it was computed."""
    query = sql.SQL(
        "select month, spec_version, premises, watch, not {any_that_it_read}, not {its_own}"
        " from tier1.completion_marker m where stage = %s and month = any(%s)"
    ).format(
        any_that_it_read=sql.SQL(UNCHANGED.format(seen="m.seen", first="m.read_from", last="m.month")),
        its_own=sql.SQL(UNCHANGED.format(seen="m.seen", first="m.month", last="m.month")),
    )
    found = conn.execute(query, [stage, [month.item() for month in months]])
    return {np.datetime64(month, "M"): Made(*made) for month, *made in found}


def write_marker(conn: Connection, marker: Marker) -> None:
    """Set the marker of a month, within the caller's transaction."""
    values = {
        "stage": marker.stage,
        "month": marker.month.item(),
        "rows": marker.rows,
        "rows_digest": marker.rows_digest,
        "spec_version": SPEC_VERSION,
        "input_digest": marker.input_digest,
        **asdict(marker.maker),
        "started": marker.started,
        "finished": marker.finished,
        "premises": marker.basis.fingerprint,
        "read_from": marker.basis.read_from,
        "watch": marker.basis.watch,
        "seen": marker.basis.seen,
    }
    names = [sql.Identifier(name) for name in values]
    conn.execute(
        sql.SQL(
            "insert into tier1.completion_marker ({}) values ({}) on conflict (stage, month) do update set {}"
        ).format(
            sql.SQL(", ").join(names),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in names),
        ),
        values,
    )


def renew_basis(conn: Connection, stage: str, month: Month, basis: Basis) -> None:
    """Note that a finished month fits prices that were read again."""
    conn.execute(
        "update tier1.completion_marker set premises = %s, read_from = %s, watch = %s, seen = %s"
        " where stage = %s and month = %s",
        [*astuple(basis), stage, month.item()],
    )


def finished_months(conn: Connection) -> MonthRange | None:
    """Return the range from the first to the last month that all stages have finished; None without any."""
    first, last = conn.execute(
        "select min(month), max(month) from (select month from tier1.completion_marker"
        " where spec_version = %s group by month having count(*) = %s) finished",
        [SPEC_VERSION, len(STAGES)],
    ).fetchone() or (None, None)
    return None if first is None else MonthRange(np.datetime64(first, "M"), np.datetime64(last, "M"))


def published_digests(conn: Connection, month: Month) -> dict[str, Decimal | None]:
    """Return what was published of a month, by stage; None where an older version did not digest it."""
    return dict(
        conn.execute(
            "select stage, rows_digest from tier1.completion_marker where month = %s and spec_version = %s",
            [month.item(), SPEC_VERSION],
        )
    )


def outdated_stage(conn: Connection, month: Month) -> str | None:
    """Return a stage that has not seen a change of the month's prices that another one has; None without."""
    (stage,) = conn.execute(_OUTDATED, [month.item(), SPEC_VERSION]).fetchone() or (None,)
    return stage


_OUTDATED = """
select older.stage
from tier1.completion_marker as older
join tier1.completion_marker as newer on newer.month = older.month and newer.watch = older.watch
where older.month = %s and older.spec_version = %s and newer.spec_version = older.spec_version and exists (
    select from tier1.price_change c
    where (c.month between older.read_from and older.month or c.month = '-infinity')
    and pg_visible_in_snapshot(c.xid, newer.seen) and not pg_visible_in_snapshot(c.xid, older.seen)
)
order by older.stage limit 1"""


def unfinished_months(conn: Connection, stage: str, months: Iterable[Month]) -> list[Month]:
    """Return those of the months that have no marker of the present spec version."""
    finished = conn.execute(
        "select month from tier1.completion_marker"
        " where stage = %s and spec_version = %s and month = any(%s)",
        [stage, SPEC_VERSION, [month.item() for month in months]],
    ).fetchall()
    done = {row[0] for row in finished}
    return [month for month in months if month.item() not in done]
