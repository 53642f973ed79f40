"""How far a stage has come can be read while it is at it, and after it has failed."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import STAGES, stage_named
from include.store.connection import connect
from include.store.runs.stage_progress import Progress, progress_of_run, write_progress
from include.store.schema import ensure_schema
from tests.store.history import MONTHS, SETTINGS, compute_all, load_history

ONE_WORKER = SETTINGS.model_copy(update={"months_at_once": 1})
UNWATCHED = SETTINGS.model_copy(update={"months_at_once": 1, "watch_prices": False})
STAGE = STAGES[1].name


@pytest.fixture
def history(conn):
    return load_history(conn)


def counts(conn, run_id):
    """Months wanted, still valid, computed, and left, of each stage of a run."""
    found = progress_of_run(conn, run_id)
    return {it.stage: (it.months, it.valid, it.computed, it.months - it.done) for it in found}


def test_it_is_told_after_every_month(conn, database, history):
    compute_all(database, "before", months=MONTHS[:1])
    with ThreadPoolExecutor(1) as pool, conn.transaction():
        # as another process that computes the fourth month
        conn.execute("select pg_advisory_xact_lock(hashtext(%s), %s)", [STAGE, int(MONTHS[3].astype(int))])
        running = pool.submit(run_stage, database, Job(stage_named(STAGE), MONTHS, "test"), ONE_WORKER)
        with connect(database) as watching:
            while counts(watching, "test") != {STAGE: (5, 1, 2, 2)}:
                assert not running.done()
                time.sleep(0.01)
            [before] = progress_of_run(watching, "test")
        conn.execute("select 1")
        assert not running.done()
    running.result()
    [after] = progress_of_run(conn, "test")
    assert counts(conn, "test") == {STAGE: (5, 1, 4, 0)}
    assert after.updated > before.updated
    assert after.seconds > before.seconds
    assert after.rows > before.rows


def test_a_stage_that_fails_has_come_as_far_as_the_months_that_it_has_published(conn, database, history):
    conn.execute("update bqx.m1_eurusd set close = -1 where time = '2024-04-05 12:00+00'")
    with pytest.raises(ValueError, match=r"is -1\.0"):
        run_stage(database, Job(stage_named(STAGE), MONTHS, "test"), ONE_WORKER)
    assert counts(conn, "test") == {STAGE: (5, 0, 3, 2)}
    [progress] = progress_of_run(conn, "test")
    query = "select sum(rows) from tier1.completion_marker where run_id = 'test'"
    assert (progress.rows,) == conn.execute(query).fetchone()


def test_every_stage_of_a_run_has_its_own_in_the_order_of_the_run(conn, database, history):
    for stage in reversed(STAGES):
        run_stage(database, Job(stage, MONTHS, "first"), ONE_WORKER)
    compute_all(database, "later")
    assert list(counts(conn, "first").items()) == [(stage.name, (5, 0, 5, 0)) for stage in STAGES]
    assert list(counts(conn, "later").items()) == [(stage.name, (5, 5, 0, 0)) for stage in STAGES]


def test_a_stage_that_is_cleared_begins_anew(conn, database, history):
    compute_all(database, "test", months=MONTHS[:2])
    conn.execute("update bqx.m1_eurusd set close = close * 1.0001 where time = '2024-02-05 12:00+00'")
    compute_all(database, "test", months=MONTHS[:2])
    assert counts(conn, "test")[STAGE] == (2, 1, 1, 0)


def test_months_that_turn_out_to_be_valid_are_counted_as_such(conn, database, history):
    run_stage(database, Job(stage_named(STAGE), MONTHS, "before"), UNWATCHED)
    run_stage(database, Job(stage_named(STAGE), MONTHS, "test"), UNWATCHED)
    assert counts(conn, "test") == {STAGE: (5, 5, 0, 0)}


def test_a_stage_goes_on_where_its_progress_cannot_be_written(conn, database, history, caplog):
    compute_all(database, "before", months=MONTHS[:1])
    write_progress(conn, Progress("test", STAGE, 5, 0))
    with psycopg.connect(database) as other:
        other.execute("select from tier1.stage_progress for update")
        summary = run_stage(database, Job(stage_named(STAGE), MONTHS[:2], "test"), ONE_WORKER)
    assert summary.computed == 1
    assert (
        "the progress could not be written; the stage continues: canceling statement due to lock timeout"
        in caplog.text
    )
    conn.execute("drop table tier1.stage_progress")
    assert run_stage(database, Job(stage_named(STAGE), MONTHS[:1], "later"), ONE_WORKER).months == 1
    assert counts(conn, "later") == {STAGE: (1, 1, 0, 0)}, "the table is there again"


def test_the_time_left_is_that_of_the_months_that_were_not_skipped():
    begun = Progress("run", STAGE, months=10, skipped=2)
    assert (begun.seconds_left, begun.rows_per_second) == (None, 0.0)
    further = begun.after(1_000, 4.0).after(None, 5.0).after(1_000, 6.0)
    assert (further.done, further.valid, further.seconds_left) == (5, 3, 10.0)
    assert str(further) == "5 of 10 months in 6 s, 333 rows/s, about 10 s left"


def test_shards_of_a_stage_count_together(conn, database, history):
    for shard, months in enumerate([MONTHS[:2], MONTHS[2:]]):
        run_stage(database, Job(stage_named(STAGE), months, "test", shard=shard), ONE_WORKER)
    assert counts(conn, "test") == {STAGE: (5, 0, 5, 0)}
    [progress] = progress_of_run(conn, "test")
    assert (progress.rows,) == conn.execute("select sum(rows) from tier1.completion_marker").fetchone()


def test_a_table_of_an_older_version_keeps_its_rows(conn):
    ensure_schema(conn)
    conn.execute(
        "alter table tier1.stage_progress drop column shard;"
        " alter table tier1.stage_progress add primary key (run_id, stage);"
        " insert into tier1.stage_progress values ('before', 'triangular_arbitrage', 5, 0, 0, 5, 9, 1);"
        " comment on function tier1.note_price_change() is 'definition of before'"
    )
    ensure_schema(conn)
    for shard in range(2):
        write_progress(conn, Progress("after", STAGE, 3, 0, shard=shard))
    assert counts(conn, "before") == {STAGE: (5, 0, 5, 0)}
    assert counts(conn, "after") == {STAGE: (6, 0, 0, 6)}


def test_the_log_has_a_line_for_each_month_as_it_is_done_and_a_summary(conn, database, history, caplog):
    compute_all(database, "before", months=MONTHS[:1])
    caplog.set_level("INFO", "include.pipeline.run_stage")
    caplog.clear()
    run_stage(database, Job(stage_named(STAGE), MONTHS, "test"), ONE_WORKER)
    _, _, *months, summary = [record.getMessage() for record in caplog.records]
    line = r"(\S+): [\d,]+ rows in \d+\.\d s; (\d) of 5 months in \d+ s, [\d,]+ rows/s(, about \d+ s left)?"
    found = [re.fullmatch(line, month) for month in months]
    assert [it and (it[1], it[2]) for it in found] == [(str(m), str(n)) for n, m in enumerate(MONTHS[1:], 2)]
    assert found[0][3]
    assert not found[-1][3]
    assert re.match(rf"{STAGE} is done: 4 computed, 1 still valid, [\d,]+ rows; 5 of 5 months", summary)
