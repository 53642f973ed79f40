"""The sensor succeeds when every month has its marker, waits while one is missing, gives up in the end."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowException, TaskDeferred
from psycopg.conninfo import conninfo_to_dict

from embedded.connections import postgres_connection
from include.months import parse_month
from include.settings import ROOT
from include.store.runs.markers import Basis, Maker, Marker, write_marker
from include.store.schema import ensure_schema
from tests.cutting import cut
from tests.ec2.driver import fire, stored
from tier1_tasks.database import conninfo
from tier1_tasks.markers.sensor import StageMarkerSensor


@pytest.fixture
def markers(conn, database, monkeypatch):
    """A database with markers for January and February; a function that writes more."""
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    monkeypatch.setattr("tier1_tasks.markers.trigger.EARLIEST_RESUME_SECONDS", 0)
    ensure_schema(conn)

    def finish(month, stage="currency_blocs"):
        now = conn.execute("select now()").fetchone()[0]
        basis = Basis("premises", f"{month}-01", None, "1:1:")
        maker = Maker("run", "host", "code", vcpus=2, at_once=1)
        write_marker(conn, Marker(stage, parse_month(month), 1, Decimal(0), "digest", maker, now, now, basis))

    finish("2024-01")
    finish("2024-02")
    return finish


def sensor(**changed):
    arguments = {"stage": "currency_blocs", "first_month": "2024-01", "last_month": "2024-03", "timeout": 5}
    return StageMarkerSensor(
        task_id="complete", conn_id="tier1_postgres", poke_interval=0.1, **arguments | changed
    )


def test_finished_months_are_seen_at_once_without_deferring(markers):
    sensor(last_month="2024-02").execute({})


def test_a_marker_that_comes_later_is_noticed(markers):
    waiting = sensor()
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute({})
    later = threading.Timer(0.5, markers, ["2024-03"])
    later.start()
    began = time.monotonic()
    event = fire(stored(deferred.value.trigger))
    assert 0.4 < time.monotonic() - began < 4
    waiting.resume({}, event)
    later.join()


def test_a_marker_that_never_comes_fails_with_the_month_that_is_missing(markers):
    waiting = sensor(timeout=0.3)
    markers("2024-03", stage="currency_indices")
    with pytest.raises(TaskDeferred) as deferred:
        waiting.execute({})
    with pytest.raises(AirflowException, match=r"still without a marker: \['2024-03'\]"):
        waiting.resume({}, fire(stored(deferred.value.trigger)))


def test_a_marker_of_another_specification_does_not_count(markers, conn):
    conn.execute("update tier1.completion_marker set spec_version = 0 where month = '2024-02-01'")
    with pytest.raises(TaskDeferred):
        sensor(last_month="2024-02").execute({})


CUT_AT = {"before the session is set up": b"Q", "before the query": b"P"}
ENDED_BY = ("pg_terminate_backend", "pg_cancel_backend")


def end_who_waits(conn, function, other):
    """Whoever waits for the table of the markers, which is then free."""
    waiting = "select pid from pg_locks where relation = 'tier1.completion_marker'::regclass and not granted"
    end = time.monotonic() + 20
    while (found := conn.execute(waiting).fetchone()) is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    conn.execute(f"select {function}(%s)", found)
    other.rollback()


@contextmanager
def away_for_one_look(way, conn, database, monkeypatch):
    """The database answers, but not to the first look."""
    if way == "nobody listens":
        monkeypatch.setenv(
            "AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection("postgresql://127.0.0.1:1/none")
        )
        yield
    elif way in CUT_AT:
        with cut(database, CUT_AT[way]) as url:
            monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(url))
            yield
    else:
        with psycopg.connect(database) as other, ThreadPoolExecutor(1) as pool:
            other.execute("lock table tier1.completion_marker")
            done = pool.submit(end_who_waits, conn, way, other)
            yield
            done.result()


@pytest.mark.parametrize("way", ["nobody listens", *CUT_AT, *ENDED_BY])
def test_a_database_that_is_away_at_the_first_look_is_waited_for(markers, conn, database, monkeypatch, way):
    waiting = sensor(last_month="2024-02")
    with away_for_one_look(way, conn, database, monkeypatch), pytest.raises(TaskDeferred) as deferred:
        waiting.execute({})
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    waiting.resume({}, fire(stored(deferred.value.trigger)))


@pytest.mark.parametrize("way", [*CUT_AT, *ENDED_BY])
def test_a_database_that_goes_away_later_is_waited_for(markers, conn, database, monkeypatch, way):
    with pytest.raises(TaskDeferred) as deferred:
        sensor().execute({})
    markers("2024-03")
    with away_for_one_look(way, conn, database, monkeypatch):
        assert fire(stored(deferred.value.trigger))["status"] == "success"


def test_the_wait_is_bounded_by_airflow_too(markers):
    with pytest.raises(TaskDeferred) as deferred:
        sensor(timeout=7).execute({})
    assert deferred.value.timeout.total_seconds() == 67


def test_a_connection_becomes_what_libpq_takes(monkeypatch):
    url = "postgresql://qu%40nt:p%20w%2F@db.example:6432/prices?sslmode=require"
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(url))
    assert conninfo_to_dict(conninfo("tier1_postgres")) == {
        "user": "qu@nt", "password": "p w/", "host": "db.example", "port": "6432", "dbname": "prices",
        "sslmode": "require",
    }  # fmt: skip


def test_to_look_at_markers_takes_no_compiler():
    """Sensor, triggerer and page do; numba takes 90 MB and a place for what it compiles."""
    modules = "sys, include.store.runs.markers, include.store.runs.stage_progress"
    command = f"import {modules}; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=False).returncode == 0
