"""A stage leaves what it used of its host, and how long it waited for the database."""

from include.pipeline.effort import Effort
from include.pipeline.host import usable_vcpus
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import STAGES
from include.store.connection import connect, waited_seconds
from tests.store.history import MONTHS, SETTINGS, load_history


def test_a_stage_tells_what_its_months_took(conn, database):
    load_history(conn)
    two_at_once = SETTINGS.model_copy(update={"months_at_once": 2})
    done = run_stage(database, Job(STAGES[0], MONTHS, "test"), two_at_once)
    assert (done.at_once, done.vcpus, done.tasks) == (2, usable_vcpus(), 1)
    assert done.cpu_seconds is not None
    assert 0 < done.cpu_seconds < done.seconds * done.vcpus
    assert 0 < done.waited_seconds < done.month_seconds <= 2 * done.seconds
    assert 0 < done.waited_share < 1


def test_a_stage_without_months_to_compute_has_waited_for_none(conn, database):
    load_history(conn)
    run_stage(database, Job(STAGES[1], MONTHS, "before"), SETTINGS)
    done = run_stage(database, Job(STAGES[1], MONTHS, "test"), SETTINGS)
    assert (done.at_once, done.month_seconds, done.waited_seconds, done.waited_share) == (0, 0.0, 0.0, None)


def test_what_the_server_takes_is_waiting_and_what_the_client_takes_is_not(database):
    effort = Effort()
    with connect(database) as conn:
        before = waited_seconds(conn)
        with effort.of_a_month(conn):
            conn.execute("select pg_sleep(0.2)")
            sum(range(3_000_000))
        assert waited_seconds(conn) - before == effort.waited_seconds
    assert 0.2 <= effort.waited_seconds < effort.month_seconds
    assert effort.cpu_seconds < effort.month_seconds
