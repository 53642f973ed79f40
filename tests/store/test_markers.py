"""A marker says where a month was computed, and with which code."""

import socket

from include.code import digest
from include.pipeline.host import usable_vcpus
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.stages import stage_named
from include.store.schema import ensure_schema
from tests.store.history import MONTHS, SETTINGS, load_history

STAGE = stage_named("triangular_arbitrage")
BEFORE = """
alter table tier1.completion_marker drop column code, drop column vcpus, drop column at_once;
comment on function tier1.note_price_change() is 'definition of an older version'
"""


def made(conn):
    return conn.execute("select month, host, code from tier1.completion_marker order by month").fetchall()


def test_a_marker_names_the_host_and_the_code(conn, database):
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:1], "here"), SETTINGS)
    run_stage(database, Job(STAGE, MONTHS[:2], "there", host="i-08a8fa9a42491827c"), SETTINGS)
    first, second = (month.item() for month in MONTHS[:2])
    assert made(conn) == [
        (first, socket.gethostname(), digest()),
        (second, "i-08a8fa9a42491827c", digest()),
    ]


def test_a_marker_names_what_its_task_had_and_how_many_months_it_computed_at_once(conn, database):
    load_history(conn)
    three_at_once = SETTINGS.model_copy(update={"months_at_once": 3})
    run_stage(database, Job(STAGE, MONTHS[:4], "first"), three_at_once)
    run_stage(database, Job(STAGE, MONTHS, "second"), three_at_once)  # a single month is left
    query = "select vcpus, at_once from tier1.completion_marker order by month"
    assert conn.execute(query).fetchall() == [(usable_vcpus(), 3)] * 4 + [(usable_vcpus(), 1)]


def test_other_code_alone_makes_no_month_invalid(conn, database, monkeypatch):
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    monkeypatch.setattr("include.pipeline.run_stage.digest_of_code", lambda: "other")
    assert run_stage(database, Job(STAGE, MONTHS[:2], "after"), SETTINGS).computed == 1
    assert [code for _, _, code in made(conn)] == [digest(), "other"]


def test_an_older_table_of_markers_is_completed_and_its_months_stay_valid(conn, database):
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    conn.execute(BEFORE)
    ensure_schema(conn)
    assert run_stage(database, Job(STAGE, MONTHS[:1], "after"), SETTINGS).computed == 0
    assert [code for _, _, code in made(conn)] == [None]
    query = "select vcpus, at_once from tier1.completion_marker"
    assert conn.execute(query).fetchall() == [(None, None)]
