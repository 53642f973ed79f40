"""Prices are read from whatever can be read, and what cannot is said in words before anything is started."""

import pytest
from psycopg import sql

from include.market import PAIRS
from include.months import MonthRange
from include.pipeline.check import check_prices
from include.pipeline.evaluation import evaluation
from include.pipeline.export import export
from include.pipeline.job import Job
from include.pipeline.moved import moved_months
from include.pipeline.plan import make_plan
from include.pipeline.run_stage import run_stage
from include.settings import Settings
from include.stages import STAGES
from include.store.checks.validate import validate
from include.store.connection import connect
from tests.conftest import empty_database
from tests.store.history import SETTINGS, fingerprint, hourly_closes, load_history
from tests.store.kinds import KINDS, put, put_all, put_each

BARS = 700
MONTHS = MonthRange.of_texts("2024-01", "2024-02")


def compute(url, settings=SETTINGS):
    for stage in STAGES:
        run_stage(url, Job(stage, list(MONTHS), "test"), settings)


@pytest.fixture(scope="module")
def expected(server):
    """What the features are of plain tables."""
    with empty_database(server) as url, connect(url) as conn:
        load_history(conn, hourly_closes(BARS))
        compute(url)
        return fingerprint(conn)


@pytest.fixture
def history(conn):
    load_history(conn, hourly_closes(BARS))


def problems(database, **changed):
    return make_plan(database, SETTINGS.model_copy(update=changed), "2024-01", "2024-02").problems


@pytest.mark.parametrize("kind", KINDS)
def test_the_features_are_those_of_plain_tables(conn, database, history, expected, kind):
    put_all(conn, kind)
    assert problems(database) == []
    compute(database)
    assert fingerprint(conn) == expected
    assert all(finding.holds for finding in validate(conn, MONTHS, SETTINGS, "seed"))


def test_28_tables_of_differing_kinds_go_through_all_of_a_run(conn, database, history, expected, tmp_path):
    put_each(conn)
    plan = make_plan(database, SETTINGS, "2024-01", "2024-02")
    assert plan.problems == []
    looked = check_prices(database, SETTINGS, plan)
    assert [line for line in looked.lines if line.result == "failed"] == []
    compute(database)
    assert fingerprint(conn) == expected
    assert all(finding.holds for finding in validate(conn, MONTHS, SETTINGS, "seed"))
    assert moved_months(database, SETTINGS, MONTHS) == {}
    assert export(conn, MONTHS, tmp_path).rows == BARS
    assert evaluation(conn, SETTINGS, MONTHS).benefit is not None


@pytest.mark.parametrize(
    ("pattern", "schema", "table"),
    [
        ("bqx.M1_{PAIR}", "bqx", "M1_{PAIR}"),
        ('"My Prices"."{PAIR}"', "My Prices", "{PAIR}"),
        ("my-prices.{PAIR} of {pair}", "my-prices", "{PAIR} of {pair}"),
    ],
)
def test_names_have_any_letters(conn, database, history, expected, pattern, schema, table):
    conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    for pair in PAIRS:
        put(conn, "times without a zone", pair, schema, table)
    settings = Settings(price_table=pattern)  # pyright: ignore[reportCallIssue]
    assert make_plan(database, settings, "2024-01", "2024-02").problems == []
    compute(database, settings)
    assert fingerprint(conn) == expected
    assert all(finding.holds for finding in validate(conn, MONTHS, settings, "seed"))


def test_a_table_that_differs_in_capitals_is_pointed_out(conn, database, history):
    conn.execute('alter table bqx.m1_eurusd rename to "M1_EURUSD"')
    (problem,) = problems(database)
    assert problem == (
        "table bqx.m1_eurusd is missing: load eurusd, or set TIER1_PRICE_TABLE; there is bqx.M1_EURUSD: "
        "upper and lower case count, and {PAIR} stands for EURUSD"
    )


def test_what_is_taken_for_granted_is_said(conn, database, history):
    put(conn, "times without a zone", "eurusd")
    put(conn, "times without a zone", "usdjpy")
    conn.execute("alter table bqx.m1_audcad alter close type real")
    conn.execute("alter table bqx.m1_gbpusd alter close type numeric(10, 3)")
    conn.execute("alter table bqx.m1_gbpjpy alter close type numeric(10, 3)")
    plan = make_plan(database, SETTINGS, None, None)
    assert plan.problems == []
    assert plan.notes == [
        "bqx.m1_audcad: close is real, which keeps 7 digits of a price",
        "bqx.m1_eurusd and 1 more: time is timestamp without time zone, read as UTC",
        "bqx.m1_gbpusd: close has 3 decimals, fewer than a pip has",
    ]
    (line,) = (it for it in check_prices(database, SETTINGS, plan).lines if it.name == "prices")
    assert line.found == "; ".join([str(plan), *plan.notes])


def test_dates_are_bars_at_midnight(conn, database):
    closes = hourly_closes(BARS)
    load_history(conn, closes[closes.index.hour == 0])
    conn.execute("alter table bqx.m1_eurusd alter time type date")
    plan = make_plan(database, SETTINGS, None, None)
    assert plan.problems == []
    assert plan.notes == ["bqx.m1_eurusd: time is date, read as UTC"]
    compute(database)
    assert all(finding.holds for finding in validate(conn, MONTHS, SETTINGS, "seed"))


def test_a_session_elsewhere_reads_times_without_a_zone_as_utc(conn, database, history, expected):
    conn.execute(f"alter database {conn.info.dbname} set timezone = 'Asia/Tokyo'")
    put_all(conn, "times without a zone")
    compute(database)
    assert fingerprint(conn) == expected


UNREADABLE = {
    "times are text": (
        "alter table bqx.m1_eurusd alter time type text",
        "bqx.m1_eurusd.time is text, no time: make it timestamptz, or set TIER1_PRICE_TABLE to views that do",
    ),
    "times are epoch seconds": (
        "alter table bqx.m1_eurusd alter time type bigint using extract(epoch from time)",
        "bqx.m1_eurusd.time is bigint, no time",
    ),
    "closes are text": (
        "alter table bqx.m1_eurusd alter close type text",
        "bqx.m1_eurusd.close is text: make it double precision, or set",
    ),
    "closes are money": (
        "alter table bqx.m1_eurusd alter close type money using 1::money",
        "bqx.m1_eurusd.close is money: make it double precision",
    ),
    "a materialized view that was never filled": (
        "alter table bqx.m1_eurusd rename to eurusd;"
        " create materialized view bqx.m1_eurusd as select * from bqx.eurusd with no data",
        'bqx.m1_eurusd is a materialized view that cannot be read: materialized view "m1_eurusd" has not',
    ),
    "a foreign table that nobody serves": (
        "drop table bqx.m1_eurusd; create foreign data wrapper none; create server none foreign data wrapper"
        " none; create foreign table bqx.m1_eurusd (time timestamptz, close double precision) server none",
        'bqx.m1_eurusd is a foreign table that cannot be read: foreign-data wrapper "none" has no handler',
    ),
    "a sequence of its name": (
        "drop table bqx.m1_eurusd; create sequence bqx.m1_eurusd",
        "table bqx.m1_eurusd is missing",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_in_words(conn, database, history, name):
    statements, says = UNREADABLE[name]
    conn.execute(statements)
    (problem,) = problems(database)
    assert problem.startswith(says)


DUPLICATES = {
    "a key of time and source": (
        "insert into bqx.m1_eurusd select time, 'b', close from {one}",
        "add a primary key, or set TIER1_PRICE_TABLE to views that choose one",
    ),
    "a parent whose children have the rows": (
        "insert into bqx.m1_eurusd (time, close) select time, close from {one}",
        "it also shows those of bqx.m1_eurusd_1; remove the duplicates",
    ),
    "without a key": ("insert into bqx.m1_eurusd select * from {one}", "add a primary key, or set"),
    "a view": (
        "create or replace view bqx.m1_eurusd as"
        " select * from plain.m1_eurusd union all select * from {one}",
        "it is a view; let it show one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DUPLICATES)
def test_two_bars_at_one_time_are_found_whatever_the_table_is(conn, database, history, kind):
    put(conn, kind, "eurusd")
    statement, what_to_do = DUPLICATES[kind]
    one = "(select * from plain.m1_eurusd where time < '2024-01-01 12:00+00' order by time limit 1) one"
    conn.execute(statement.replace("{one}", one))
    (problem,) = problems(database)
    assert problem.startswith("bqx.m1_eurusd has 2 bars at 2024-01-01 0")
    assert what_to_do in problem


@pytest.fixture
def reader(conn, database, history):
    """The URL of a role that may read all 28 tables."""
    name = f"reader_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; grant usage on schema bqx to {name}")
    conn.execute(f"grant select on all tables in schema bqx to {name}")
    yield database.replace("postgres@", f"{name}@"), name
    conn.execute(f"drop owned by {name} cascade; drop role {name}")


def test_a_right_that_is_missing_on_one_of_28_is_said(conn, reader):
    url, name = reader
    conn.execute(f"revoke select on bqx.m1_usdjpy from {name}")  # noqa: S608
    (problem,) = problems(url)
    assert problem.startswith(f"table bqx.m1_usdjpy may not be read by {name}: grant usage on schema bqx and")


def test_rights_on_the_two_columns_are_enough(conn, reader):
    url, name = reader
    conn.execute(f"revoke select on bqx.m1_usdjpy from {name}")  # noqa: S608
    conn.execute(f"grant select (time, close) on bqx.m1_usdjpy to {name}")
    assert problems(url) == []


def test_a_view_whose_owner_lacks_a_right_is_said(conn, reader):
    url, name = reader
    put(conn, "a view", "usdjpy")
    conn.execute(f"alter view bqx.m1_usdjpy set (security_invoker); grant select on bqx.m1_usdjpy to {name}")
    conn.execute(f"revoke select on plain.m1_usdjpy from {name}")  # noqa: S608
    (problem,) = problems(url)
    assert problem.startswith(f"table bqx.m1_usdjpy may not be read by {name}: ")
    assert problem.endswith("(permission denied for table m1_usdjpy)")


@pytest.mark.parametrize(
    ("policies", "is_refused"),
    [
        ("", True),
        ("create policy mine on bqx.m1_usdjpy using (close > 100)", True),
        ("create policy every on bqx.m1_usdjpy for select using (true)", False),
        ("create policy every on bqx.m1_usdjpy using (true); create policy less on bqx.m1_usdjpy"
         " as restrictive using (close > 100)", True),
        ("create policy others on bqx.m1_usdjpy to postgres using (true)", True),
    ],
)  # fmt: skip
def test_bars_that_row_level_security_may_hide_are_said(conn, reader, policies, is_refused):
    url, _ = reader
    conn.execute(f"alter table bqx.m1_usdjpy enable row level security; {policies}")
    found = problems(url)
    assert len(found) == is_refused
    assert all(
        problem.startswith("bqx.m1_usdjpy has row-level security, which may hide") for problem in found
    )
