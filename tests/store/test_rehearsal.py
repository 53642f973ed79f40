"""Whether a run can write is tried before it begins, and nothing of the trial is left."""

# ruff: noqa: S608 - the text that goes into the statement is our own

from concurrent.futures import ThreadPoolExecutor

import pytest

from include.months import MonthRange
from include.pipeline.plan import make_plan
from include.pipeline.rehearsal import connections_needed, problems_with_connections
from include.settings import AUTO
from include.store.connection import connect
from include.store.features.base import ensure_base
from include.store.prices.tables import price_tables
from include.store.rehearsal import problems_with_writing
from include.store.schema import ensure_schema
from tests.airflow.waiting import eventually
from tests.store.history import MONTHS, SETTINGS, compute_all, hourly_closes, load_history

RANGE = MonthRange(MONTHS[0], MONTHS[1])


@pytest.fixture
def role(conn, database):
    """A role that may read prices and nothing else, and the URL with which it connects."""
    name = f"product_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login")
    conn.execute(f"revoke create, temporary on database {conn.info.dbname} from public")
    load_history(conn, hourly_closes(1_000))
    conn.execute(f"grant usage on schema bqx to {name}; grant select on all tables in schema bqx to {name}")
    yield name, database.replace("postgres@", f"{name}@")
    conn.execute(f"drop owned by {name} cascade; drop role {name}")


def state(conn) -> list[tuple]:
    """Every relation and function of schema tier1, and the file that it is in."""
    return conn.execute(
        "select oid, relname::text, relfilenode from pg_class where relnamespace = to_regnamespace('tier1')"
        " union all"
        " select oid, proname::text, 0 from pg_proc where pronamespace = to_regnamespace('tier1') order by 1"
    ).fetchall()


def test_without_a_schema_and_the_right_to_make_one_it_says_who_may(conn, role):
    [problem] = problems_with_writing(role[1], SETTINGS, RANGE)
    assert f"role {role[0]} may not renew it: permission denied for database" in problem
    assert "docs/how-to/database-roles.md" in problem


def test_a_schema_that_a_dba_has_made_is_enough(conn, role):
    name, url = role
    conn.execute(f"create schema tier1 authorization {name}")
    conn.execute(f"grant temporary on database {conn.info.dbname} to {name}")
    assert problems_with_writing(url, SETTINGS, RANGE) == []
    assert state(conn) == []
    assert set(compute_all(url, months=MONTHS[:2]).values()) == {2}
    before = state(conn)
    assert problems_with_writing(url, SETTINGS, RANGE) == []
    assert state(conn) == before


def test_a_schema_of_a_dbas_own_is_enough_where_the_role_may_create_in_it(conn, role):
    name, url = role
    conn.execute(f"create schema tier1; grant usage, create on schema tier1 to {name}")
    conn.execute(f"grant temporary on database {conn.info.dbname} to {name}")
    assert problems_with_writing(url, SETTINGS, RANGE) == []
    assert set(compute_all(url, months=MONTHS[:1]).values()) == {1}
    assert problems_with_writing(url, SETTINGS, RANGE) == []


def test_each_thing_that_cannot_be_written_is_named(conn, role, database):
    name, url = role
    compute_all(database, months=MONTHS[:1])
    conn.execute(
        f"grant usage on schema tier1 to {name}; grant select on all tables in schema tier1 to {name}"
    )
    found = problems_with_writing(url, SETTINGS, RANGE)
    for what in (
        "the prices that a stage keeps cannot be written: permission denied for table price_panel",
        "a month of currency_indices cannot be written: permission denied for schema tier1",
        "the progress cannot be written: permission denied for table stage_progress",
        "a temporary table of validate cannot be written: permission denied to create temporary tables",
        "the report cannot be written: permission denied for table run_report",
        "tier1.currency_blocs_2024_01 belongs to postgres, so that its month cannot be replaced",
    ):
        assert any(what in problem for problem in found), what


def test_a_schema_that_may_not_even_be_read_is_a_problem(conn, role):
    ensure_schema(conn)
    assert problems_with_writing(role[1], SETTINGS, RANGE) == [
        "schema tier1 cannot be read: permission denied for schema tier1."
        " docs/how-to/database-roles.md has the rights that a run needs."
    ]


def test_a_server_that_is_not_there_is_a_problem():
    [problem] = problems_with_writing("postgresql://me@127.0.0.1:1/features", SETTINGS, RANGE)
    assert "cannot connect to database 'features'" in problem


def test_who_reads_the_features_is_not_kept_waiting(conn, database):
    load_history(conn, hourly_closes(1_000))
    compute_all(database, months=MONTHS[:1])
    with connect(database) as reader, reader.transaction():
        reader.execute("select from tier1.features limit 1")
        reader.execute("lock table tier1.completion_marker in share update exclusive mode")
        assert problems_with_writing(database, SETTINGS, RANGE) == []


def test_a_table_that_somebody_holds_is_no_problem(conn, database, caplog):
    load_history(conn, hourly_closes(1_000))
    compute_all(database, months=MONTHS[:1])
    caplog.set_level("INFO", "include.store.rehearsal")
    with connect(database) as holder, holder.transaction():
        holder.execute("lock table tier1.currency_blocs in share update exclusive mode")
        assert problems_with_writing(database, SETTINGS, RANGE) == []
    assert "Whether a month of currency_blocs can be written is not known" in caplog.text


def test_a_basket_base_that_another_run_stores_meanwhile_is_no_problem(conn, database):
    load_history(conn, hourly_closes(1_000))
    ensure_schema(conn)
    with ThreadPoolExecutor(1) as threads, connect(database) as other:
        with other.transaction():
            ensure_base(other, price_tables(SETTINGS), None, SETTINGS.max_stale_bars)
            found = threads.submit(problems_with_writing, database, SETTINGS, RANGE)
            eventually(lambda: conn.execute("select from pg_locks where not granted").rowcount)
        assert found.result() == []


def test_features_of_before_that_cannot_be_joined_are_named(conn, database):
    pattern = SETTINGS.baseline_table
    conn.execute(f"create schema {pattern.split('.')[0]}")
    conn.execute(f"create table {pattern.format(pair='eurusd')} (no_time integer)")
    [problem] = problems_with_writing(database, SETTINGS, RANGE)
    assert problem.startswith(
        f"{pattern.format(pair='eurusd')} cannot be joined to its features: column baseline."
    )


YEAR = MonthRange.of_texts("2024-01", "2024-12")


@pytest.mark.parametrize(
    ("at_once", "shards", "tasks", "needed"),
    [(8, 1, 8, 9), (AUTO, 1, 8, 2), (8, 4, 8, 16), (2, 4, 2, 6), (64, 1, 8, 13), (1, 99, 8, 16)],
)
def test_the_least_that_the_stages_need(at_once, shards, tasks, needed):
    assert connections_needed(YEAR, at_once, shards, tasks) == needed


def test_a_limit_that_is_too_low_for_the_months_at_once_is_named(conn, role):
    name, url = role
    conn.execute(f"alter role {name} connection limit 3")
    assert problems_with_connections(url, 3) == []
    assert problems_with_connections(url, 9) == [
        f"the stages take 9 connections at the same time, and CONNECTION LIMIT of role {name} leaves 3:"
        " ask for fewer months at once, for auto, or for fewer shards, or raise the limit"
    ]


def test_prices_that_may_not_be_read_are_a_problem_of_the_plan(conn, role):
    name, url = role
    conn.execute(f"revoke select on bqx.m1_gbpusd from {name}")
    expected = f"table bqx.m1_gbpusd may not be read by {name}: grant usage on schema bqx"
    [problem] = make_plan(url, SETTINGS, None, None).problems
    assert problem.startswith(expected)
    conn.execute(f"grant insert on bqx.m1_gbpusd to {name}")  # its columns are told now, and not its rows
    [problem] = make_plan(url, SETTINGS, None, None).problems
    assert problem.startswith(expected)
