"""How far a stage has come can be read while it is at it, and after it has failed."""

import pytest

from include.pipeline import Job, run_stage
from include.stages import STAGES
from include.store.progress import Progress, progress_of_run
from tests.store.history import MONTHS, SETTINGS, compute_all, load_history

ONE_WORKER = SETTINGS.model_copy(update={"shards": 1})


@pytest.fixture
def history(conn):
    return load_history(conn)


def counts(conn, run_id):
    """Months wanted, still valid, computed, and left, of each stage of a run."""
    found = progress_of_run(conn, run_id)
    return {it.stage: (it.months, it.valid, it.computed, it.months - it.done) for it in found}


def test_a_stage_that_fails_has_come_as_far_as_the_months_that_it_has_published(conn, database, history):
    run_stage(database, Job(STAGES[1], MONTHS[:1], "before"), ONE_WORKER)
    conn.execute("update bqx.m1_eurusd set close = -1 where time = '2024-04-05 12:00+00'")
    with pytest.raises(ValueError, match=r"is -1\.0"):
        run_stage(database, Job(STAGES[1], MONTHS, "test"), ONE_WORKER)
    assert counts(conn, "test") == {STAGES[1]: (5, 1, 2, 2)}
    [progress] = progress_of_run(conn, "test")
    query = "select sum(rows) from tier1.completion_marker where run_id = 'test'"
    assert progress.rows == conn.execute(query).fetchone()[0]
    assert progress.updated is not None


def test_every_stage_of_a_run_has_its_own_in_the_order_of_the_run(conn, database, history):
    compute_all(database, "first")
    compute_all(database, "later")
    assert list(counts(conn, "first").items()) == [(stage, (5, 0, 5, 0)) for stage in STAGES]
    assert list(counts(conn, "later").items()) == [(stage, (5, 5, 0, 0)) for stage in STAGES]


def test_a_stage_that_is_cleared_begins_anew(conn, database, history):
    compute_all(database, "test", months=MONTHS[:2])
    conn.execute("update bqx.m1_eurusd set close = close * 1.0001 where time = '2024-02-05 12:00+00'")
    compute_all(database, "test", months=MONTHS[:2])
    assert counts(conn, "test")[STAGES[1]] == (2, 1, 1, 0)


def test_the_time_left_is_that_of_the_computed_months():
    begun = Progress("run", STAGES[0], months=10, valid=2)
    assert (begun.seconds_left, begun.rows_per_second) == (None, 0.0)
    further = begun.after(1_000, 4.0).after(None, 5.0).after(1_000, 6.0)
    assert (further.done, further.seconds_left) == (5, 15.0)
    assert str(further) == "5 of 10 months in 6 s, 333 rows/s, about 15 s left"
