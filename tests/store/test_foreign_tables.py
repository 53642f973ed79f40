"""Prices on another server, or in a file beside the database, through foreign tables."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from include.market import PAIRS
from include.months import MonthRange
from include.pipeline.job import Job
from include.pipeline.plan import make_plan
from include.pipeline.run_stage import run_stage
from include.sources.bars import PairBars
from include.stages import STAGES
from include.store.checks.validate import validate
from include.store.connection import connect
from include.store.prices.load import load
from tests.store.debian import debian_server
from tests.store.history import SETTINGS, TABLES, fingerprint, hourly_closes, load_history

MONTHS = MonthRange.of_texts("2024-01", "2024-01")
BAR = PairBars("eurusd", np.array(["2024-01-02T00:30"], "datetime64[us]"), {"close": np.array([1.1])})


@pytest.fixture(scope="module")
def server():
    with debian_server() as url:
        with connect(url) as conn:
            load_history(conn, hourly_closes(300))
            conn.execute("alter schema bqx rename to plain; create schema bqx")
            conn.execute("create extension postgres_fdw; create extension file_fdw")
            at = conninfo_to_dict(url)
            conn.execute(f"create server loop foreign data wrapper postgres_fdw options (host '{at['host']}',"
                         f" dbname 'postgres'); create user mapping for public server loop options (user"
                         f" 'postgres'); create server files foreign data wrapper file_fdw")  # fmt: skip
        yield url


@pytest.fixture
def conn(server):
    with connect(server) as conn:
        conn.execute(
            "drop schema if exists bqx cascade; drop schema if exists tier1 cascade; create schema bqx"
        )
        yield conn


def on_another_server(conn):
    conn.execute("import foreign schema plain from server loop into bqx")


def in_a_file(conn):
    """Of eurusd; the others are views."""
    plain(conn, PAIRS[1:])
    (folder,) = conn.execute("show data_directory").fetchone()
    path = f"{folder}/{PAIRS[0]}.csv"
    conn.execute(f"copy plain.m1_{PAIRS[0]} (time, close) to '{path}' csv")
    conn.execute(f"create foreign table bqx.m1_{PAIRS[0]} (time timestamptz, close double precision)"
                 f" server files options (filename '{path}', format 'csv')")  # fmt: skip


def plain(conn, pairs=PAIRS):
    for pair in pairs:
        conn.execute(f"create view bqx.m1_{pair} as table plain.m1_{pair}")


@contextmanager
def away(conn):
    """The other server cannot be reached."""
    (folder,) = conn.execute("show unix_socket_directories").fetchone()
    conn.execute("alter server loop options (set host '/nowhere')")
    yield
    conn.execute(f"alter server loop options (set host '{folder}')")


def compute(url):
    for stage in STAGES:
        run_stage(url, Job(stage, list(MONTHS), "test"), SETTINGS)


@pytest.mark.parametrize("put", [on_another_server, in_a_file])
def test_the_features_are_those_of_plain_tables(conn, server, put):
    plain(conn)
    compute(server)
    expected = fingerprint(conn)
    conn.execute("drop schema bqx cascade; drop schema tier1 cascade; create schema bqx")
    put(conn)
    assert make_plan(server, SETTINGS, "2024-01", "2024-01").problems == []
    compute(server)
    assert fingerprint(conn) == expected
    assert all(finding.holds for finding in validate(conn, MONTHS, SETTINGS, "seed"))


@pytest.mark.parametrize("put", [on_another_server, in_a_file])
def test_a_load_is_refused_in_words(conn, put):
    put(conn)
    pair = "eurusd" if put is on_another_server else PAIRS[0]
    says = f"bqx.m1_{pair} is a foreign table, which bars cannot be loaded into: load where its rows are"
    with pytest.raises(ValueError, match=says):
        load(conn, TABLES, [replace(BAR, pair=pair)])


def test_a_server_that_is_away_is_named_and_the_database_is_not(conn, server):
    on_another_server(conn)
    with away(conn):
        (problem, *others) = make_plan(server, SETTINGS, "2024-01", "2024-01").problems
    assert len(others) == len(PAIRS) - 1
    assert problem.startswith(
        "bqx.m1_audcad is a foreign table that cannot be read: could not connect to server"
    )


def test_a_foreign_partition_takes_no_bars(conn):
    conn.execute("create table bqx.m1_eurusd (time timestamptz, close double precision)"
                 " partition by range (time); create foreign table bqx.far partition of bqx.m1_eurusd default"
                 " server loop options (schema_name 'plain', table_name 'm1_eurusd')")  # fmt: skip
    with pytest.raises(ValueError, match=r"bqx\.m1_eurusd has no key on time alone"):
        load(conn, TABLES, [BAR])


def test_our_own_server_is_not_called_lost_when_another_one_is(conn):
    on_another_server(conn)
    with away(conn):
        with pytest.raises(psycopg.OperationalError, match="could not connect to server"):
            conn.execute("select * from bqx.m1_eurusd")
        assert conn.execute("select 1").fetchone() == (1,)
