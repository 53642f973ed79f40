"""What a stage has reported as done stays done, whatever becomes of the server."""

from contextlib import suppress

import psutil
import pytest
from psycopg import sql

from embedded import postgres
from embedded.home import Home
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import stage_named
from include.store.connection import alone, connect, wait_for_disk
from tests.conftest import postgres_server
from tests.store.history import MONTHS, SETTINGS, fingerprint, load_history

STAGE = "triangular_arbitrage"


@pytest.fixture
def home():
    with postgres_server() as home:  # a server of its own, to crash
        yield home


def lazy(url: str) -> None:
    """What nobody waits for is not written for ten seconds, the longest that PostgreSQL allows."""
    with connect(url) as conn:
        alone(conn).execute("alter system set wal_writer_delay = '10s'")
        alone(conn).execute("alter system set wal_writer_flush_after = '1GB'")
        conn.execute("select pg_reload_conf()")


def crash(home: Home) -> None:
    """Kill the server and all of its processes at once, and start it again."""
    pid = postgres.postgres_service(home).pid
    assert pid is not None
    postmaster = psutil.Process(pid)
    postmaster.suspend()  # it starts nothing any more
    processes = [postmaster, *postmaster.children()]
    for end in (psutil.Process.suspend, psutil.Process.kill):  # suspended first: nobody writes a last word
        for process in processes:
            with suppress(psutil.NoSuchProcess):  # a session whose client has gone may just have ended
                end(process)
    psutil.wait_procs(processes)
    postgres.start_postgres(home)


def test_what_a_stage_has_computed_survives_a_crash_right_after_it(home: Home):
    url = postgres.database_url(home, postgres.FEATURES)
    lazy(url)
    with connect(url) as conn:
        load_history(conn)
        wait_for_disk(conn)
        name = sql.Identifier(conn.info.dbname)
        conn.execute(sql.SQL("alter database {} set synchronous_commit = off").format(name))
    assert run_stage(url, Job(stage_named(STAGE), MONTHS, "test"), SETTINGS).computed == len(MONTHS)
    crash(home)
    with connect(url) as conn:
        survived = fingerprint(conn)
        assert conn.execute("select count(*) from tier1.completion_marker").fetchone() == (len(MONTHS),)
        conn.execute("drop schema tier1 cascade")
    run_stage(url, Job(stage_named(STAGE), MONTHS, "test"), SETTINGS)
    with connect(url) as conn:
        assert fingerprint(conn) == survived
