"""What the rest of the product asks the store, also where nothing is there yet."""

from contextlib import suppress

import pytest

from include.stages import STAGES
from include.store import conninfo, server
from include.store.connection import DATABASE_ERRORS, alone, connect, transaction_without_disk_wait
from include.store.features.sizes import Size, stage_sizes
from include.store.prices.reading import whole_history
from include.store.prices.tables import any_exists
from include.store.runs.stage_progress import progress_of_run
from tests.store.history import MONTHS, TABLES, compute_all, load_history

PARALLEL = "show max_parallel_workers_per_gather"


def test_an_empty_database_has_no_prices_no_rows_and_no_progress(conn):
    assert not any_exists(conn, TABLES)
    assert whole_history(conn, TABLES) is None
    assert [(it.rows, it.columns) for it in stage_sizes(conn)] == [(0, 0)] * len(STAGES)
    assert progress_of_run(conn, "test") == []


def test_what_is_loaded_and_computed_is_counted(conn, database):
    closes = load_history(conn)
    compute_all(database)
    assert any_exists(conn, TABLES)
    assert whole_history(conn, TABLES) == (MONTHS[0], MONTHS[-1])
    columns = (224, 112, 48)
    assert [(it.rows, it.columns) for it in stage_sizes(conn)] == [(len(closes), each) for each in columns]
    assert isinstance(stage_sizes(conn)[0], Size)
    assert [it.done for it in progress_of_run(conn, "test")] == [len(MONTHS)] * len(STAGES)


def test_a_missing_price_table_is_no_history(conn):
    load_history(conn)
    conn.execute("drop table bqx.m1_eurusd")
    assert any_exists(conn, TABLES)
    assert whole_history(conn, TABLES) is None


def test_a_transaction_without_disk_wait_is_whole_and_ends_with_its_setting(conn):
    with suppress(ZeroDivisionError), transaction_without_disk_wait(conn):
        conn.execute("create table public.t ()")
        assert conn.execute("show synchronous_commit").fetchone() == ("off",)
        raise ZeroDivisionError
    assert conn.execute("show synchronous_commit").fetchone() == ("on",)
    assert conn.execute("select to_regclass('public.t')").fetchone() == (None,)


def test_a_connection_beside_others_uses_one_process_for_a_query(database):
    with connect(database, parallel_queries=False) as one, connect(database) as other:
        assert one.execute(PARALLEL).fetchone() == ("0",)
        assert other.execute(PARALLEL).fetchone() != ("0",)


def test_what_the_database_refuses_is_a_database_error(conn):
    with pytest.raises(DATABASE_ERRORS, match="division by zero"):
        conn.execute("select 1 / 0")
    with pytest.raises(DATABASE_ERRORS, match="cannot connect"):
        connect("postgresql://nobody@127.0.0.1:1/none")


def test_databases_are_created_once_and_keep_their_comments(conn, database):
    name = f"{conn.info.dbname}_made"
    made = database.replace(conn.info.dbname, name)
    try:
        assert not server.is_answering(made)
        for _ in range(2):
            server.create_databases(database, [name])
        assert server.is_answering(made)
        assert server.comment(made) is None
        server.set_comment(made, "it's ours")
        assert server.comment(made) == "it's ours"
    finally:
        alone(conn).execute(f"drop database if exists {name} with (force)")


@pytest.mark.parametrize(
    ("fields", "hosts"),
    [
        ({"host": "db.example.com", "password": "s3 cr'et"}, ["db.example.com"]),
        ({"host": "one,two", "hostaddr": "192.0.2.1,192.0.2.2"}, ["192.0.2.1", "192.0.2.2"]),
        ({"host": "/run/postgresql"}, []),
        ({"host": "@abstract,db"}, ["db"]),
        ({}, []),
    ],
)
def test_a_connection_string_says_which_hosts_it_leads_to(fields, hosts, monkeypatch):
    for name in ("PGHOST", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    made = conninfo.make(fields)
    assert conninfo.fields_of(made) == fields
    assert conninfo.hosts_of(made) == hosts
    assert conninfo.known_options() >= {"host", "hostaddr", "sslmode", "keepalives_idle"}
