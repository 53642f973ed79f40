"""Validation in Airflow runs over a connection as the stages have it."""

import os
import socket

import pytest
from airflow.sdk.exceptions import AirflowException

from embedded.connections import postgres_connection
from include.store.connection import DatabaseUnreachableError
from tests.cutting import cut
from tier1_tasks.validation import FeatureCheckOperator


def check(statement: str) -> FeatureCheckOperator:
    checks = {"claim": {"check_statement": statement}}
    return FeatureCheckOperator(
        task_id="check", conn_id="tier1_postgres", table="(select 1 as n) t", checks=checks
    )


@pytest.fixture
def connection(monkeypatch):
    return lambda url: monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(url))


def test_a_claim_holds_or_fails(database, connection):
    connection(database)
    check("n = 1").execute({})
    with pytest.raises(AirflowException, match="n = 2"):
        check("n = 2").execute({})


def test_nobody_elses_functions_are_found(database, connection):
    connection(database)
    check("current_setting('search_path') = 'pg_catalog, pg_temp'").execute({})


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="no such option on this system")
def test_a_silent_host_is_given_up_and_what_the_connection_says_wins(database, connection):
    with cut(database) as url:
        connection(f"{url}?keepalives_idle=7")
        with (
            check("n = 1").get_db_hook().get_conn() as conn,
            socket.socket(fileno=os.dup(conn.fileno())) as copy,
        ):
            names = (socket.TCP_KEEPIDLE, socket.TCP_USER_TIMEOUT)
            assert [copy.getsockopt(socket.IPPROTO_TCP, name) for name in names] == [7, 90_000]


def test_a_lost_connection_is_a_sentence(database, connection):
    with cut(database, b"Q", b"Q") as url:
        connection(url)
        with pytest.raises(DatabaseUnreachableError, match="lost the connection"):
            check("n = 1").execute({})
