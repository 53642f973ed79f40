"""A price table that has changed after preflight is named by the stage, with its column and what to do."""

import pytest
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

from include.months import MonthRange
from include.pipeline.job import Job
from include.pipeline.moved import moved_months
from include.pipeline.run_stage import run_stage
from include.stages import STAGES, stage_named
from tests.store.history import MONTHS, SETTINGS, hourly_closes, load_history

STAGE = stage_named("triangular_arbitrage")
CHANGES = {
    "a column is missing": (
        "alter table bqx.m1_gbpjpy rename close to closing",
        "bqx.m1_gbpjpy has no column close: set TIER1_CLOSE_COLUMN, it has time, open, high, low, closing",
    ),
    "a table is missing": (
        "drop table bqx.m1_gbpjpy",
        "table bqx.m1_gbpjpy is missing: load gbpjpy, or set TIER1_PRICE_TABLE",
    ),
    "a right was revoked": (
        "revoke select on bqx.m1_gbpjpy from computing",
        "table bqx.m1_gbpjpy may not be read by computing: grant usage on schema bqx and select on the table",
    ),
    "the time is a text": (
        "alter table bqx.m1_gbpjpy alter time type text",
        "bqx.m1_gbpjpy.time is text, no time: make it timestamptz",
    ),
    "the price is a text": (
        "alter table bqx.m1_gbpjpy alter close type text using 'n/a'",
        "bqx.m1_gbpjpy.close is text: make it double precision",
    ),
    "it was replaced by a view that is not filled": (
        "alter table bqx.m1_gbpjpy rename to old;"
        " create materialized view bqx.m1_gbpjpy as select * from bqx.old with no data;"
        " grant select on bqx.m1_gbpjpy to computing",
        "bqx.m1_gbpjpy is a materialized view that cannot be read: materialized view",
    ),
}


@pytest.fixture
def as_computing(conn, database):
    """The URL for a role that may read prices, and make schema `tier1`."""
    load_history(conn, hourly_closes(300))
    conn.execute(
        "drop role if exists computing; create role computing login; grant usage on schema bqx to computing;"
        " grant select on all tables in schema bqx to computing"
    )
    name = conn.info.dbname
    conn.execute(f"grant create on database {name} to computing")
    url = make_conninfo(database, user="computing")
    yield url
    conn.execute("drop owned by computing; drop role computing")


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES)
def test_the_stage_names_the_table_and_what_to_do(conn, as_computing, change, said):
    conn.execute(change)
    with pytest.raises(ValueError, match="a price table is not as preflight found it") as refused:
        run_stage(as_computing, Job(STAGE, MONTHS[:1], "after"), SETTINGS)
    assert said in str(refused.value)


def test_publish_names_it_as_well(conn, as_computing):
    months = MonthRange(MONTHS[0], MONTHS[0])
    for stage in STAGES:
        run_stage(as_computing, Job(stage, list(months), "before"), SETTINGS)
    conn.execute("alter table bqx.m1_gbpjpy rename close to closing")
    with pytest.raises(ValueError, match="m1_gbpjpy has no column close"):
        moved_months(as_computing, SETTINGS, months)


def test_of_many_tables_some_are_named_and_the_others_are_counted(conn, as_computing):
    for pair in ("audcad", "eurusd", "gbpjpy", "nzdusd", "usdjpy"):
        conn.execute(f"alter table bqx.m1_{pair} rename close to closing")
    with pytest.raises(
        ValueError, match=r"m1_audcad .*m1_eurusd .*m1_gbpjpy .*; and 2 more\. PostgreSQL's words: "
    ):
        run_stage(as_computing, Job(STAGE, MONTHS[:1], "after"), SETTINGS)


def test_what_is_refused_of_another_table_is_said_as_postgresql_says_it(conn, as_computing):
    run_stage(as_computing, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    conn.execute("alter table tier1.completion_marker drop column input_digest cascade")
    with pytest.raises(ProgrammingError, match="input_digest"):
        run_stage(as_computing, Job(STAGE, MONTHS[:1], "after"), SETTINGS)
