"""What a run would do, and what earlier ones took, is known before it begins; asking changes nothing."""

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from include.months import MonthRange, parse_month
from include.pipeline.estimate import Outlook, look_ahead
from include.pipeline.job import Job
from include.report.model import Report, Resize
from include.settings import Settings
from include.stages import STAGES
from include.store.prices.bars import expected_bars
from include.store.runs.markers import Basis, Maker, Marker, write_marker
from include.store.runs.reports import downtimes, write_report
from include.store.runs.speeds import Timed, last_timed
from include.store.schema import ensure_schema
from tests.store.history import MONTHS, NAMES, ONLY_PRICES_TELL, SETTINGS, TABLES, compute_all, load_history

STAGE = NAMES[1]  # the one without a look-back
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
YEAR = list(MonthRange.of_texts("2024-01", "2024-12"))
UNWATCHED = SETTINGS.model_copy(update={"watch_prices": False})


@pytest.fixture
def history(conn):
    return load_history(conn)


def look(
    database: str, run_id: str = "next", settings: Settings = SETTINGS, *, force: bool = False
) -> Outlook:
    """As a role that cannot change anything."""
    name = f"reader_{uuid.uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(f"create role {name} login; grant pg_read_all_data to {name}")
        try:
            reading = database.replace("postgres@", f"{name}@")
            jobs = [Job(stage, MONTHS, run_id, force) for stage in STAGES]
            return look_ahead(reading, settings, jobs, "i-1")
        finally:
            admin.execute(f"drop role {name}")


def months(outlook: Outlook) -> dict[str, list[str]]:
    return {work.stage: [str(month) for month in work.months] for work in outlook.work}


ALL: dict[str, list[str]] = {stage: [str(month) for month in MONTHS] for stage in NAMES}
NONE: dict[str, list[str]] = {stage: [] for stage in NAMES}


def test_before_the_first_run_it_is_all_months(conn, database, history):
    outlook = look(database)
    assert months(outlook) == ALL
    assert (outlook.months, outlook.is_measured) == (5, False)
    assert conn.execute("select to_regnamespace('tier1')").fetchone() == (None,)
    assert conn.execute("select count(*) from pg_trigger where not tgisinternal").fetchone() == (0,)


def test_what_is_still_valid_is_not_to_do(database, history):
    compute_all(database)
    outlook = look(database)
    assert months(outlook) == NONE
    assert (outlook.months, outlook.rows, outlook.is_measured) == (0, 0, True)


def test_a_month_whose_prices_or_look_back_may_have_changed_is_to_do(conn, database, history):
    compute_all(database)
    conn.execute("update bqx.m1_eurusd set close = close * 1.0001 where time = '2024-03-13 12:00+00'")
    expected = look(database)
    assert months(expected)[STAGE] == ["2024-03"]
    # whether it was the look-back's part of a month that changed, only its prices tell
    for stage, computed in compute_all(database, "later").items():
        assert 1 <= computed <= len(months(expected)[stage]) <= 3, stage


def test_it_is_read_without_waiting_for_whoever_writes_prices(database, history):
    compute_all(database)
    with psycopg.connect(database) as other:
        other.execute("lock table bqx.m1_eurusd in access exclusive mode")
        assert months(look(database)) == NONE


def test_force_is_all_months_but_those_that_the_very_run_has_computed(database, history):
    compute_all(database, "first")
    assert months(look(database, "next", force=True)) == ALL
    assert months(look(database, "first", force=True)) == NONE


@pytest.mark.parametrize("change", ONLY_PRICES_TELL)
def test_where_a_stage_has_to_mend_something_first_it_is_all_months(conn, database, history, change):
    compute_all(database)
    conn.execute(change)
    assert months(look(database)) == ALL


def test_without_a_watch_only_the_prices_tell_so_it_is_all_months(database, history):
    compute_all(database)
    assert months(look(database, settings=UNWATCHED)) == ALL


def test_rows_are_those_that_a_stage_has_found(conn, database, history):
    compute_all(database)
    (rows,) = conn.execute("select sum(rows) from tier1.completion_marker").fetchone()
    assert look(database, force=True).rows == rows


@pytest.mark.parametrize("analyze", [True, False])
def test_rows_of_months_never_computed_are_as_the_tables_are_big(conn, database, history, analyze):
    if analyze:
        conn.execute("analyze")
    about = 0.15 if analyze else 0.5  # whose rows have NULLs is bigger than it looks
    assert look(database).rows == pytest.approx(3 * len(history), rel=about)
    bars = history.index.tz_localize(None).to_period("M").value_counts()
    expected = expected_bars(conn, TABLES, MONTHS)
    for month in MONTHS:
        assert expected[month] == pytest.approx(bars[str(month)], rel=about)


def test_months_without_any_prices_have_no_bars(conn, history):
    before = parse_month("2023-12")
    assert expected_bars(conn, TABLES, [before]) == {before: 0.0}
    conn.execute("truncate bqx.m1_eurusd")
    for (table,) in conn.execute("select tablename from pg_tables where schemaname = 'bqx'").fetchall():
        conn.execute(f"truncate bqx.{table}")
    assert expected_bars(conn, TABLES, [before, MONTHS[0]]) == {before: 0.0, MONTHS[0]: 0.0}


def finish(conn, month, start, seconds, *, run_id="run", rows=30_000, host="i-1", at_once=2, vcpus=8):
    """Set a marker as if a task had computed the month in this time, that many seconds after noon."""
    started = NOON + timedelta(seconds=start)
    maker = Maker(run_id, host, "code", vcpus, at_once)
    basis = Basis("premises", f"{month}-01", None, "1:1:")
    ended = started + timedelta(seconds=seconds)
    write_marker(conn, Marker(STAGE, month, rows, 0, "digest", maker, started, ended, basis))


@pytest.fixture
def timed(conn):
    ensure_schema(conn)
    return lambda: last_timed(conn).get(STAGE)


def test_a_stage_is_timed_from_its_first_month_to_its_last(conn, timed):
    for k in range(3):  # two at a time, each in 4 s
        finish(conn, YEAR[2 * k], 4 * k, 4)
        finish(conn, YEAR[2 * k + 1], 4 * k, 4)
    assert timed() == Timed(STAGE, rows=180_000, months=6, vcpus=8, at_once=2, tasks=1, seconds=12.0)


def test_a_pause_between_two_tries_does_not_count(conn, timed):
    finish(conn, YEAR[0], 0, 4)
    finish(conn, YEAR[1], 7_200, 4)
    assert timed().seconds == 8.0


def test_months_that_were_computed_again_since_leave_a_gap_that_does_not_count(conn, timed):
    for k in range(4):
        finish(conn, YEAR[k], 4 * k, 4, run_id="first")
    finish(conn, YEAR[1], 10_000, 4, run_id="later", rows=100)
    assert timed() == Timed(STAGE, rows=90_000, months=3, vcpus=8, at_once=2, tasks=1, seconds=12.0)


def test_of_several_runs_the_last_one_counts_that_had_enough_to_do(conn, timed):
    finish(conn, YEAR[0], 0, 10, run_id="first")
    finish(conn, YEAR[1], 100, 5, run_id="second")
    finish(conn, YEAR[2], 200, 1, run_id="third", rows=19_999)
    assert (timed().rows, timed().seconds) == (30_000, 5.0)


def test_each_host_is_timed_alone_and_tasks_that_share_one_are_counted(conn, timed):
    for k in range(4):  # two tasks, each with two months at once
        finish(conn, YEAR[k], 0, 8)
    finish(conn, YEAR[4], 0, 2, host="i-2", at_once=1, vcpus=2)
    assert timed() == Timed(STAGE, rows=120_000, months=4, vcpus=8, at_once=2, tasks=2, seconds=8.0)


def test_a_marker_of_an_older_version_or_a_clock_that_went_back_times_nothing(conn, timed):
    finish(conn, YEAR[0], 0, 8)
    conn.execute("update tier1.completion_marker set vcpus = null")
    finish(conn, YEAR[1], 0, -8)
    assert timed() is None


def test_an_outlook_has_what_was_timed(conn, database, history):
    compute_all(database)
    conn.execute("update tier1.completion_marker set rows = 30000")
    outlook = look(database, force=True)
    assert outlook.is_measured
    assert [work.timed.rows for work in outlook.work] == [150_000] * 3


def resize(downtime: float) -> Resize:
    return Resize(
        type_before="a", type_after="b", started="", finished="", seconds=downtime, downtime_seconds=downtime
    )


def report(conn, run_id, up, down, instance_id="i-1"):
    parameters = {"instance_id": instance_id, "base_type": "t3.2xlarge"}
    resizes = {"upsize": resize(up) if up is not None else None, "downsize": resize(down)}
    write_report(conn, Report(run_id=run_id, parameters=parameters, problems=(), **resizes))


def test_downtimes_are_those_of_the_instances_last_runs_that_made_it_big(conn):
    report(conn, "of old", 1_000.0, 1_000.0)
    for k in range(5):
        report(conn, f"run {k}", 100.0 + k, 200.0 + k)
    report(conn, "as it is", None, 0.0)
    report(conn, "was big already", 0.0, 300.0)
    report(conn, "of another", 7.0, 8.0, instance_id="i-2")
    assert sorted(downtimes(conn, "i-1")) == [100, 101, 102, 103, 104, 200, 201, 202, 203, 204]


def test_a_run_whose_way_back_failed_has_one_downtime(conn):
    report(conn, "run", 100.0, 0.0)
    assert downtimes(conn, "i-1") == [100.0]
