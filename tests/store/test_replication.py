"""What a logical replication has changed is noticed, also where its subscription is gone by the next run."""
# ruff: noqa: S608 - the text that goes into the statements is our own

import time
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from embedded import postgres
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import stage_named
from include.store.connection import connect
from include.store.prices.watch import present_watch
from tests.conftest import empty_database, postgres_server
from tests.store.history import MONTHS, SETTINGS, TABLES, hourly_closes, load_history

SECONDS = 60
NOON = "2024-02-13 12:00+00"
A_NEW_BAR = "insert into bqx.m1_eurusd (time, close) values ('2024-02-10 12:00+00', 1.1)"  # a Saturday


@pytest.fixture(scope="module")
def logical():
    """A server from which rows can be replicated."""
    with postgres_server() as home:
        with psycopg.connect(postgres.database_url(home, "postgres"), autocommit=True) as admin:
            admin.execute("alter system set wal_level = logical")
        postgres.stop_postgres(home)
        postgres.start_postgres(home)
        yield home


@pytest.fixture
def database(logical):
    with empty_database(logical) as url:
        yield url


@pytest.fixture
def source(logical):
    with empty_database(logical) as url, connect(url) as conn:
        yield conn


def compute(database: str) -> int:
    job = Job(stage_named("triangular_arbitrage"), MONTHS[:3], "test")
    return run_stage(database, job, SETTINGS).computed


@contextmanager
def subscribed(conn, source, *, copies: bool = False):
    """The table of the source goes on in ours."""
    name = conn.info.dbname
    slot = sql.Identifier(name)
    source.execute("create publication prices for table bqx.m1_eurusd")
    # in one server, a subscription cannot wait for the slot that it makes itself
    source.execute("select pg_create_logical_replication_slot(%s, 'pgoutput')", [name])
    conn.execute(
        sql.SQL(
            "create subscription {} connection {} publication prices"
            " with (create_slot = false, copy_data = {})"
        ).format(slot, source.info.dsn, sql.SQL("true" if copies else "false"))
    )
    yield
    conn.execute(sql.SQL("alter subscription {} disable").format(slot))
    conn.execute(sql.SQL("alter subscription {} set (slot_name = none)").format(slot))
    conn.execute(sql.SQL("drop subscription {}").format(slot))
    eventually(lambda: drops(source, name))


def drops(source, slot: str) -> bool:
    try:
        source.execute("select pg_drop_replication_slot(%s)", [slot])
    except psycopg.errors.ObjectInUse:
        return False
    return True


def eventually(holds) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came over"
        time.sleep(0.05)


def rows(conn) -> list:
    return conn.execute("select time, close from bqx.m1_eurusd order by time").fetchall()


CHANGES = {
    "update": f"update bqx.m1_eurusd set close = 1.23 where time = '{NOON}'",
    "insert": A_NEW_BAR,
    "delete": f"delete from bqx.m1_eurusd where time = '{NOON}'",
    "truncate": "truncate bqx.m1_eurusd",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_subscription_that_came_and_went_between_two_runs_is_noticed(conn, database, source, change):
    for each in (conn, source):
        load_history(each, hourly_closes(1_500))
    compute(database)
    with subscribed(conn, source):
        source.execute(CHANGES[change])
        eventually(lambda: rows(conn) == rows(source))
    assert present_watch(conn, TABLES)
    assert compute(database) == (3 if change == "truncate" else 1)


def test_what_a_subscription_has_copied_when_it_began_is_noticed(conn, database, source):
    load_history(conn, hourly_closes(1_500))
    compute(database)
    source.execute("create schema bqx; create table bqx.m1_eurusd (time timestamptz primary key,"
                   " open double precision, high double precision, low double precision,"
                   " close double precision, volume double precision)")  # fmt: skip
    source.execute(A_NEW_BAR)
    before = len(rows(conn))
    with subscribed(conn, source, copies=True):
        eventually(lambda: len(rows(conn)) == before + 1)
    assert present_watch(conn, TABLES)
    assert compute(database) == 1


def test_prices_of_a_living_subscription_are_read(conn, database, source):
    for each in (conn, source):
        load_history(each, hourly_closes(1_500))
    compute(database)
    with subscribed(conn, source):
        assert compute(database) == 0
        assert present_watch(conn, TABLES) is None
        source.execute(CHANGES["update"])
        eventually(lambda: rows(conn) == rows(source))
        assert compute(database) == 1
