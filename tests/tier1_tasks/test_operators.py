"""Validation in Airflow runs over a connection as the stages have it."""

import logging
import os
import socket
import threading
from contextlib import closing

import pytest
from airflow.sdk.exceptions import AirflowFailException

from embedded.connections import postgres_connection
from include.report.model import Facts
from include.store.checks.claims import claims
from include.store.connection import DatabaseUnreachableError
from tests.cutting import cut
from tests.store.history import MONTHS, compute_all, hourly_closes, load_history
from tier1_tasks import aside
from tier1_tasks.planned import DECIDED_KEY
from tier1_tasks.validation import FeatureCheckOperator


def check() -> FeatureCheckOperator:
    return FeatureCheckOperator(
        task_id="check", conn_id="tier1_postgres", first_month="2024-01", last_month="2024-01", seed="run"
    )


@pytest.fixture
def connection(monkeypatch):
    return lambda url: monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(url))


class Told:
    """What a task tells of itself."""

    def __init__(self):
        self.results = {}

    def xcom_push(self, key, value):
        self.results[key] = value


def test_what_came_of_each_claim_is_told_also_where_one_does_not_hold(conn, database, connection, caplog):
    caplog.set_level(logging.INFO)
    connection(database)
    load_history(conn, hourly_closes(100))
    compute_all(database, months=MONTHS[:1])
    told = check().execute({"ti": Told()})
    assert {finding["against"] for finding in told} == {0}
    conn.execute("delete from tier1.completion_marker where stage = 'currency_blocs'")
    ti = Told()
    with pytest.raises(AirflowFailException, match="every_month_is_finished does not hold: 1 of 3 months"):
        check().execute({"ti": ti})
    against = {f["claim"]: f["against"] for f in ti.results["return_value"] if f["against"]}
    assert against == {"every_month_is_finished": 1, "rows_match_their_markers": 1}
    lines = caplog.text.split("every_month_is_finished does not hold: 1 of 3 months of stages")[1]
    assert "stage=currency_blocs, month=2024-01-01, spec_version=None" in lines
    assert "All of them, for psql:\nset time zone 'UTC';\ncreate temp view" in lines
    assert "bars_are_those_of_the_prices holds: 100 bars, largest figure 0" in caplog.text
    assert ti.results[DECIDED_KEY] == ti.results["return_value"]
    facts = Facts(run_id="run", parameters={}, validation=ti.results["return_value"])
    assert len(facts.validation) == len(claims())


@pytest.fixture
def computed(conn, database, connection):
    """A month of features."""
    connection(database)
    load_history(conn, hourly_closes(100))
    compute_all(database, months=MONTHS[:1])


@pytest.mark.usefixtures("computed")
def test_each_claim_is_told_as_it_is_decided_and_nobody_needs_that(caplog):
    class Deaf:
        told = 0

        def xcom_push(self, key, value):
            assert len(value) >= self.told  # claims are looked at over a second connection, too
            self.told = len(value)
            raise ConnectionError("the API server is away")

    ti = Deaf()
    assert len(check().execute({"ti": ti})) == ti.told == len(claims())
    assert "the API server is away" in caplog.text


@pytest.mark.usefixtures("computed")
def test_no_claim_waits_for_an_api_server_that_hangs(monkeypatch):
    class Hanging:
        asked, answers = 0, threading.Event()

        def xcom_push(self, key, value):
            self.asked += 1
            self.answers.wait(60)

    ti = Hanging()
    monkeypatch.setattr(aside, "PATIENCE_SECONDS", 0.1)
    assert len(check().execute({"ti": ti})) == len(claims())
    assert not ti.answers.is_set()
    ti.answers.set()
    assert ti.asked == 1


def test_nobody_elses_functions_are_found(database, connection):
    connection(database)
    with closing(check().get_db_hook().get_conn()) as conn:
        (path,) = conn.execute("select current_setting('search_path')").fetchone()
    assert path == "pg_catalog, pg_temp"


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="no such option on this system")
def test_a_silent_host_is_given_up_and_what_the_connection_says_wins(database, connection):
    with cut(database) as url:
        connection(f"{url}?keepalives_idle=7")
        with (
            check().get_db_hook().get_conn() as conn,
            socket.socket(fileno=os.dup(conn.fileno())) as copy,
        ):
            names = (socket.TCP_KEEPIDLE, socket.TCP_USER_TIMEOUT)
            assert [copy.getsockopt(socket.IPPROTO_TCP, name) for name in names] == [7, 90_000]


def test_a_lost_connection_is_a_sentence(database, connection):
    with cut(database, b"Q", b"Q") as url:
        connection(url)
        with pytest.raises(DatabaseUnreachableError, match="lost the connection"):
            check().execute({"ti": Told()})
