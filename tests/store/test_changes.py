"""Changed prices are noticed whichever way they change, and unchanged ones are not read to know it."""
# ruff: noqa: S608 - the text that goes into the statements is our own

import numpy as np
import psycopg
import pytest
from psycopg import sql

from include.market import PAIRS
from include.pipeline.from_file import features
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import STAGES, stage_named
from include.store.connection import connect
from include.store.prices.watch import ensure_watch
from tests.store.history import MONTHS, SETTINGS, TABLES, compute_all, fingerprint, load_history, stored

NOON = "2024-03-13 12:00+00"
PRICE = 1.23
STAGE = "triangular_arbitrage"


@pytest.fixture
def history(conn, database):
    closes = load_history(conn)
    compute_all(database)
    return closes


def recompute(database: str, run_id: str = "later") -> int:
    """Months that the stage without a look-back computes anew."""
    return run_stage(database, Job(stage_named(STAGE), MONTHS, run_id), SETTINGS).computed


def test_unchanged_prices_are_not_read(conn, database, history):
    with psycopg.connect(database) as other:
        other.execute("lock table bqx.m1_eurusd in access exclusive mode")  # whoever reads it waits for ever
        assert compute_all(database) == dict.fromkeys(compute_all(database), 0)


UPDATE = f"update bqx.m1_eurusd set close = {PRICE} where time = '{NOON}'"
WAYS = {
    "update": UPDATE,
    "upsert": f"insert into bqx.m1_eurusd (time, close) values ('{NOON}', {PRICE})"
    " on conflict (time) do update set close = excluded.close",
    "delete and insert": f"delete from bqx.m1_eurusd where time = '{NOON}';"
    f" insert into bqx.m1_eurusd (time, close) values ('{NOON}', {PRICE})",
    "moved in time": f"delete from bqx.m1_eurusd where time = '{NOON}';"
    f" insert into bqx.m1_eurusd (time, close) values ('1999-01-01', {PRICE});"
    f" update bqx.m1_eurusd set time = '{NOON}' where time = '1999-01-01'",
    "in a block that goes on after an error": f"savepoint s; {UPDATE}; rollback to s; {UPDATE}",
    "triggers off and on again": f"alter table bqx.m1_eurusd disable trigger all; {UPDATE};"
    " alter table bqx.m1_eurusd enable trigger all",
    "triggers off and on again, always": "alter table bqx.m1_eurusd disable trigger tier1_update;"
    f" {UPDATE}; alter table bqx.m1_eurusd enable always trigger tier1_update",
    "as a replica": f"set local session_replication_role = replica; {UPDATE}",
    "another table in its place": "create table bqx.other (like bqx.m1_eurusd including all);"
    " insert into bqx.other select * from bqx.m1_eurusd; alter table bqx.m1_eurusd rename to old;"
    f" alter table bqx.other rename to m1_eurusd; {UPDATE}",
    "rewritten": "alter table bqx.m1_eurusd alter column close type double precision"
    f" using case when time = '{NOON}' then {PRICE} else close end",
    "columns swapped": "alter table bqx.m1_eurusd rename column close to real;"
    " alter table bqx.m1_eurusd add column close double precision generated always as"
    f" (case when time = timestamptz '{NOON}' then {PRICE} else real end) stored",
    "the notes emptied": f"{UPDATE}; truncate tier1.price_change",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_price_that_changes_this_way_is_noticed(conn, database, history, way):
    with conn.transaction():
        for statement in WAYS[way].split(";"):
            conn.execute(statement)
    assert recompute(database) == 1
    corrected = history.copy()
    corrected.loc[NOON, "eurusd"] = PRICE
    compute_all(database)
    np.testing.assert_array_equal(stored(conn).to_numpy(), features(corrected).astype(float).to_numpy())
    assert recompute(database, "again") == 0


def test_a_truncated_table_is_noticed(conn, database, history):
    conn.execute("truncate bqx.m1_eurusd")
    assert recompute(database) == len(MONTHS)


def test_a_change_that_is_committed_after_the_prices_were_read_is_noticed(conn, database, history):
    with psycopg.connect(database) as writer:
        writer.execute(UPDATE)
        assert recompute(database, "too early") == 0
        writer.commit()
    assert recompute(database) == 1


def test_a_change_that_is_rolled_back_costs_nothing(conn, database, history):
    with psycopg.connect(database) as writer:
        writer.execute(UPDATE)
        writer.rollback()
    assert recompute(database) == 0


def test_writers_do_not_wait_for_each_other(conn, database, history):
    with psycopg.connect(database) as one, psycopg.connect(database) as other:
        other.execute("set lock_timeout = '1s'")
        one.execute(UPDATE)
        other.execute(UPDATE.replace("12:00", "13:00"))
        other.commit()
        one.commit()
    assert recompute(database) == 1


def test_notes_do_not_pile_up(conn, database, history):
    for minute in range(10):
        conn.execute("insert into bqx.m1_eurusd (time, close) values ('2024-07-01'::timestamptz + %s, 1)",
                     [f"{minute} minutes"])  # fmt: skip
    notes = "select count(*) from tier1.price_change where month = '2024-07-01'"
    assert conn.execute(notes).fetchone() == (1,)


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_writers_of_any_isolation_go_on(conn, database, history, isolation):
    with conn.transaction():
        conn.execute(f"set transaction isolation level {isolation}")
        conn.execute(UPDATE)
    assert recompute(database) == 1


def test_who_may_only_read_prices_reads_them(conn, database, history):
    conn.execute("drop schema tier1 cascade")
    role = f"reader_{database[-8:]}"
    names = {"role": sql.Identifier(role), "database": sql.Identifier(conn.info.dbname)}
    for statement in (
        "create role {role} login",
        "grant create on database {database} to {role}",
        "grant usage on schema bqx to {role}",
        "grant select on all tables in schema bqx to {role}",
    ):
        conn.execute(sql.SQL(statement).format(**names))
    readers = database.replace("postgres@", f"{role}@")
    try:
        compute_all(readers)
        with connect(readers) as reader:
            assert ensure_watch(reader, TABLES) is None
        conn.execute(UPDATE)
        assert run_stage(readers, Job(stage_named(STAGE), MONTHS, "later"), SETTINGS).computed == 1
    finally:
        conn.execute(sql.SQL("drop owned by {role}; drop role {role}").format(**names))


def test_a_kept_month_gives_the_bytes_of_a_read_one(conn, database, history):
    kept = fingerprint(conn)
    assert conn.execute("select count(*) from tier1.price_panel").fetchone() == (len(MONTHS),)
    conn.execute("drop schema tier1 cascade")
    unwatched = SETTINGS.model_copy(update={"watch_prices": False})
    for stage in STAGES:
        run_stage(database, Job(stage, MONTHS, "test"), unwatched)
    assert fingerprint(conn) == kept
    assert conn.execute("select count(*) from tier1.price_panel").fetchone() == (0,)
    triggers = "select count(*) from pg_trigger where tgname like 'tier1%'"
    assert conn.execute(triggers).fetchone() == (0,), f"{len(PAIRS)} tables are nobody's business"
