"""Through PgBouncer a run computes what it computes without, and other clients of the pool notice nothing."""

import threading

import psycopg
import pytest

from include.months import MonthRange
from include.pipeline.rehearsal import problems_with_connections
from include.store.checks.validate import validate
from include.store.connection import DatabaseUnreachableError, cancel, connect, wait_for_disk
from include.store.server import is_answering
from tests.store.history import (
    MONTHS,
    SETTINGS,
    compute_all,
    fingerprint,
    found_wrong,
    hourly_closes,
    load_history,
)
from tests.store.pooler import pooled

MODES = ["transaction", "session"]
SESSION = "select name, setting from pg_settings where source = 'session' and name <> 'application_name'"


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_run_computes_the_same(conn, database, mode, monkeypatch):
    load_history(conn, hourly_closes(1_500))
    compute_all(database, months=MONTHS[:3])
    expected = fingerprint(conn)
    conn.execute("drop schema tier1 cascade")
    monkeypatch.setattr("tests.store.history.SETTINGS", SETTINGS.model_copy(update={"months_at_once": 3}))
    with pooled(database, mode) as url:
        assert set(compute_all(url, months=MONTHS[:3]).values()) == {3}
        assert found_wrong(url, MonthRange(MONTHS[0], MONTHS[2])) == []
    assert fingerprint(conn) == expected


def test_a_pool_of_one_session_is_enough_for_both_connections_of_the_validation(conn, database):
    load_history(conn, hourly_closes(100))
    compute_all(database, months=MONTHS[:1])
    with (
        pooled(database, "transaction", default_pool_size=1) as url,
        connect(url) as session,
        connect(url) as beside,
    ):
        found = validate(session, MonthRange(MONTHS[0], MONTHS[0]), SETTINGS, "any", beside)
        assert [it.claim.name for it in found if not it.holds] == []


def test_other_clients_of_the_pool_notice_nothing(database):
    """One session serves all of them, one after the other."""
    with pooled(database, "transaction", default_pool_size=1) as url:
        with connect(url) as ours, connect(url, parallel_queries=False) as too:
            for k in range(12):
                (ours, too)[k % 2].execute("select %s::integer + 1", [k])
            with ours.transaction():
                ours.execute("select pg_advisory_xact_lock(1)")
                assert ours.execute("select current_setting('jit')").fetchone() == ("off",)
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as other:
            assert other.execute(SESSION).fetchall() == []
            assert other.execute("select count(*) from pg_prepared_statements").fetchone() == (0,)
            mine = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
            assert other.execute(mine).fetchone() == (0,)


LEFT = {
    "role": "pg_monitor",
    "search_path": "public",
    "row_security": "off",
    "default_tablespace": "pg_global",
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "serializable",
    "extra_float_digits": "-3",
    "statement_timeout": "1s",
}


def test_what_another_client_has_left_in_the_pool_does_not_count(database):
    """One session serves both."""
    with pooled(database, "transaction", default_pool_size=1) as url:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as other:
            for name, value in LEFT.items():
                other.execute("select set_config(%s, %s, false)", [name, value])
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as other:
            assert other.execute("select current_user::text").fetchone() == ("pg_monitor",)
        with connect(url) as ours:
            assert ours.execute("select current_user::text, 1::float8 / 3").fetchone() == ("postgres", 1 / 3)
            names = "select name, setting from pg_settings where name = any(%s)"
            found = dict(ours.execute(names, [list(LEFT)]).fetchall())
            assert {name for name, value in LEFT.items() if found.get(name) == value} == {
                "default_transaction_read_only", "default_transaction_isolation"
            }  # fmt: skip
            is_so = (
                "select current_setting('transaction_read_only'), current_setting('transaction_isolation')"
            )
            assert ours.execute(is_so).fetchone() == ("off", "read committed")
            ours.execute("create table public.in_its_place ()")


def test_a_statement_that_waits_is_cancelled_through_the_pooler(database):
    with pooled(database, "transaction") as url, connect(url) as session:
        threading.Timer(1, cancel, [session, 5]).start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            session.execute("select pg_sleep(60)")


def test_a_pool_that_allows_no_transactions_is_refused_in_a_sentence(database):
    with (
        pooled(database, "statement") as url,
        pytest.raises(
            DatabaseUnreachableError, match="transaction blocks not allowed in statement pooling mode"
        ),
    ):
        connect(url)


def test_a_pooler_without_a_server_behind_it_does_not_pass_for_a_database(database):
    with pooled(database, "transaction", server_connect_timeout=1, query_wait_timeout=2) as url:
        assert is_answering(url)
        assert not is_answering(url.replace("test_", "gone_"))


def test_what_the_pooler_grants_is_tried(database):
    with pooled(database, "session", default_pool_size=3, query_wait_timeout=1) as url:
        assert problems_with_connections(url, 3) == []
        [problem] = problems_with_connections(url, 4)
        assert problem.startswith(
            "the stages take 4 connections at the same time, and the pooler refuses after 3"
        )
    with pooled(database, "transaction", default_pool_size=1, max_client_conn=3) as url:
        assert problems_with_connections(url, 3) == []
        [problem] = problems_with_connections(url, 4)
        assert "no more connections allowed" in problem


def test_months_that_a_crash_behind_a_pooler_has_taken_are_missed(conn, database, monkeypatch):
    load_history(conn, hourly_closes(1_000))

    def crashes(session):
        """Its last commit was not on the disk; the pooler has another session for us."""
        conn.execute("delete from tier1.completion_marker where month = %s", [MONTHS[1].item()])
        wait_for_disk(session)

    monkeypatch.setattr("include.pipeline.run_stage.wait_for_disk", crashes)
    with pytest.raises(
        DatabaseUnreachableError, match=r"lost 1 finished months, 2024-02 first: .* clear the task"
    ):
        compute_all(database, months=MONTHS[:2])
    monkeypatch.undo()
    assert compute_all(database, months=MONTHS[:2])["currency_indices"] == 1
