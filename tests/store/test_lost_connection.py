"""A database host that dies is noticed soon, by whoever reads and by whoever writes, and named."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg
import pytest

from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import ROOT
from include.stages import stage_named
from include.store.connection import DatabaseUnreachableError, connect, wait_for_database
from tests.cutting import cut
from tests.store.distant import Distant, distant_database
from tests.store.history import MONTHS, SETTINGS, load_history

STAGE = "currency_indices"
BOUND = 4.0  # what the URL below asks for; without it, 90 s
ASKED = "keepalives_idle=1&keepalives_interval=1&keepalives_count=3&tcp_user_timeout=4000"
NOTICED_WITHIN = BOUND + 4  # the other connections of the stage, its end, a slow machine
RUN = f"""
import sys
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import stage_named
from tests.store.history import MONTHS, SETTINGS
try:
    run_stage(sys.argv[1], Job(stage_named({STAGE!r}), MONTHS, "distant"), SETTINGS)
except ConnectionError as error:
    sys.exit(f"ended with: {{error}}")
"""
SAYS = (
    "ended with: lost the connection to database {database!r} on 192.0.2.2 as 'postgres': {reason}. A"
    " connection without an answer is closed after 4 s. Finished months are kept: when the database answers"
    " again, clear the task or repeat the command."
)
LOOPBACK = "on 127.0.0.1 as 'postgres'"
COPYING = "select from pg_stat_progress_copy where command = 'COPY FROM' and bytes_processed > 0"


@pytest.fixture
def distant(server):
    with distant_database(server, bytes_per_second=300_000) as distant:
        yield distant


@pytest.fixture
def history(conn, database):
    """Prices, and a first month, so that the next ones wait for nothing but their own prices."""
    load_history(conn)
    run_stage(database, Job(stage_named(STAGE), MONTHS[:1], "near"), SETTINGS)


@contextmanager
def run_on(distant: Distant, database: str):
    """The stage, on the client's side."""
    stage = distant.python("-c", RUN, f"postgresql://postgres@{distant.server_name}/{database}?{ASKED}")
    yield stage
    stage.kill()
    stage.communicate()


def wait_for(conn: psycopg.Connection, query: str) -> None:
    end = time.monotonic() + 60
    while conn.execute(query).fetchone() is None:
        assert time.monotonic() < end, f"never true: {query}"
        time.sleep(0.01)


def ends(stage: subprocess.Popen) -> str:
    """What the stage says at its end, which has to come in time."""
    try:
        return stage.communicate(timeout=NOTICED_WITHIN)[0]
    except subprocess.TimeoutExpired:
        pytest.fail(f"the stage still waits for a host that has been dead for {NOTICED_WITHIN:.0f} s")


def test_a_host_that_dies_while_prices_are_read_is_noticed(conn, history, distant):
    with psycopg.connect(conn.info.dsn) as other, run_on(distant, conn.info.dbname) as stage:
        other.execute("lock table bqx.m1_eurusd in access exclusive mode")
        wait_for(conn, "select from pg_locks where relation = 'bqx.m1_eurusd'::regclass and not granted")
        distant.dies()
        said = ends(stage)
    reason = "consuming input failed: could not receive data from server: Connection timed out"
    assert said.splitlines()[-1] == SAYS.format(database=conn.info.dbname, reason=reason)


def test_a_host_that_dies_while_features_are_written_is_noticed(conn, history, distant):
    with run_on(distant, conn.info.dbname) as stage:
        wait_for(
            conn, "select from pg_stat_progress_copy where command = 'COPY FROM' and bytes_processed > 0"
        )
        distant.dies()
        said = ends(stage)
    reason = "sending copy data failed: server closed the connection unexpectedly"
    assert said.splitlines()[-1] == SAYS.format(database=conn.info.dbname, reason=reason)


def option(conn: psycopg.Connection, name: int) -> int:
    """An option of the connection's socket."""
    with socket.socket(fileno=os.dup(conn.fileno())) as copy:
        level = socket.SOL_SOCKET if name == socket.SO_KEEPALIVE else socket.IPPROTO_TCP
        return copy.getsockopt(level, name)


@pytest.mark.skipif(sys.platform != "linux", reason="the names of socket options are Linux's")
@pytest.mark.parametrize(
    ("asked", "set_to"),
    [
        ("", [30, 10, 6, 90_000]),
        ("?keepalives_idle=7&keepalives_interval=2", [7, 2, 6, 90_000]),
        ("?keepalives_count=3&tcp_user_timeout=5000", [30, 10, 3, 5_000]),
    ],
)
def test_a_connection_has_its_bounds_and_what_the_url_says_wins(database, asked, set_to):
    names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
    with cut(database) as url, connect(url + asked) as conn:
        assert option(conn, socket.SO_KEEPALIVE) == 1
        assert [option(conn, name) for name in names] == set_to


def test_a_connection_that_is_cut_before_it_is_set_up_names_its_host(database):
    with cut(database, b"Q") as url, pytest.raises(DatabaseUnreachableError, match=LOOPBACK):
        connect(url)


def test_a_connection_that_is_cut_later_names_its_host(database):
    with (
        cut(database, b"P") as url,
        connect(url) as conn,
        pytest.raises(DatabaseUnreachableError, match=f"^lost the connection .* {LOOPBACK}"),
    ):
        conn.execute("select %s", [1])


def test_a_statement_that_fails_is_no_loss(conn):
    with pytest.raises(psycopg.errors.QueryCanceled):
        conn.execute("set statement_timeout = 1; select pg_sleep(9)")


def test_the_password_is_not_repeated(conn, database):
    role = f"secretive_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {role} login")
    try:
        with (
            cut(database, b"P") as url,
            connect(url.replace("postgres@", f"{role}:s3cr3t@")) as gone,
            pytest.raises(DatabaseUnreachableError, match=role) as lost,
        ):
            gone.execute("select %s", [1])
    finally:
        conn.execute(f"drop role {role}")
    assert "s3cr3t" not in str(lost.value)


def test_a_database_that_loses_its_first_connections_is_waited_for(database):
    with cut(database, b"Q", b"Q") as url:
        wait_for_database(url, 20)


def test_the_command_line_says_it_in_a_sentence(database, history):
    command = [sys.executable, "-m", "cli", "status", "--start-month=2024-01", "--end-month=2024-01"]
    with cut(database, b"P") as url:
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"TIER1_DATABASE_URL": url}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "lost the connection" in done.stderr
    assert "Traceback" not in done.stderr
