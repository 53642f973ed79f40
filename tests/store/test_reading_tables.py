"""Prices are read from whatever can be read, and what cannot is said in words before anything is started."""

import numpy as np
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
from include.store.prices.reading import read_panel
from include.store.prices.tables import PriceTables
from tests.conftest import empty_database
from tests.store.history import SETTINGS, TABLES, fingerprint, hourly_closes, load_history
from tests.store.kinds import KINDS, put, put_all, put_each

BARS = 300
MONTHS = MonthRange.of_texts("2024-01", "2024-01")


@pytest.fixture(scope="module")
def database(server):
    """With the plain tables in schema `plain`."""
    with empty_database(server) as url:
        with connect(url) as conn:
            load_history(conn, hourly_closes(BARS))
            conn.execute("alter schema bqx rename to plain")
        yield url


@pytest.fixture
def conn(database):
    with connect(database) as conn:
        conn.execute("create schema bqx")
        yield conn
        conn.execute("drop schema if exists bqx, tier1 cascade")


@pytest.fixture
def history(conn):
    """Tables that a test changes one or two of; the others are views."""
    put_all(conn)


def compute(url, settings=SETTINGS):
    for stage in STAGES:
        run_stage(url, Job(stage, list(MONTHS), "test"), settings)


@pytest.fixture(scope="module")
def expected(database):
    """What the features are of plain tables."""
    with connect(database) as conn:
        settings = SETTINGS.model_copy(update={"price_table": "plain.m1_{pair}"})
        compute(database, settings)
        found = fingerprint(conn)
        conn.execute("drop schema tier1 cascade")
        return found


def problems(database, **changed):
    return make_plan(database, SETTINGS.model_copy(update=changed), "2024-01", "2024-01").problems


def made(time="time", close="close", pair="eurusd"):
    columns = f"{time} as time, {close} as close"
    return f"create table bqx.m1_{pair} as select {columns} from plain.m1_{pair}"  # noqa: S608


@pytest.mark.parametrize("kind", KINDS)
def test_the_prices_of_each_kind_are_those_of_plain_tables(conn, database, kind):
    put_all(conn, kind)
    assert problems(database) == []
    read, first = read_panel(conn, TABLES, MONTHS.start, MONTHS.end, 0)
    plain, _ = read_panel(conn, PriceTables("plain.m1_{pair}", "time", "close"), MONTHS.start, MONTHS.end, 0)
    assert first == 0
    assert (read.ts == plain.ts).all()
    np.testing.assert_array_equal(read.close, plain.close)


def test_28_tables_of_differing_kinds_go_through_all_of_a_run(conn, database, expected, tmp_path):
    put_each(conn)
    plan = make_plan(database, SETTINGS, "2024-01", "2024-01")
    assert plan.problems == []
    looked = check_prices(database, SETTINGS, plan)
    assert [line for line in looked.lines if line.result == "failed"] == []
    compute(database)
    assert fingerprint(conn) == expected
    assert all(finding.holds for finding in validate(conn, MONTHS, SETTINGS, "seed"))
    assert moved_months(database, SETTINGS, MONTHS) == {}
    assert export(conn, MONTHS, tmp_path).rows == BARS
    assert evaluation(conn, SETTINGS, MONTHS)


@pytest.mark.parametrize(
    ("pattern", "schema", "table"),
    [
        ("bqx.M1_{PAIR}", "bqx", "M1_{PAIR}"),
        ('"My Prices"."{PAIR}"', "My Prices", "{PAIR}"),
        ("my-prices.{PAIR} of {pair}", "my-prices", "{PAIR} of {pair}"),
    ],
)
def test_names_have_any_letters(conn, database, pattern, schema, table):
    conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    for pair in PAIRS:
        put(conn, "times without a zone", pair, schema, table)
    settings = Settings(price_table=pattern)  # pyright: ignore[reportCallIssue]
    assert make_plan(database, settings, "2024-01", "2024-01").problems == []
    run_stage(database, Job(STAGES[0], list(MONTHS), "test"), settings)
    assert conn.execute("select count(*) from tier1.currency_indices").fetchone() == (BARS,)
    conn.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))


def test_a_table_that_differs_in_capitals_is_pointed_out(conn, database, history):
    conn.execute('alter view bqx.m1_eurusd rename to "M1_EURUSD"')
    (problem,) = problems(database)
    assert problem == (
        "table bqx.m1_eurusd is missing: load eurusd, or set TIER1_PRICE_TABLE; there is bqx.M1_EURUSD: "
        "upper and lower case count, and {PAIR} stands for EURUSD"
    )


def test_what_is_taken_for_granted_is_said(conn, database, history):
    put(conn, "times without a zone", "eurusd")
    put(conn, "times without a zone", "usdjpy")
    for pair, of in {"audcad": "real", "gbpusd": "numeric(10, 3)", "gbpjpy": "numeric(10, 3)"}.items():
        conn.execute(f"drop view bqx.m1_{pair};" + made(close=f"close::{of}", pair=pair))
    plan = make_plan(database, SETTINGS, None, None)
    assert plan.problems == []
    assert plan.notes == [
        "bqx.m1_audcad: close is real, which keeps 7 digits of a price",
        "bqx.m1_eurusd and 1 more: time is timestamp without time zone, read as UTC",
        "bqx.m1_gbpusd: close has 3 decimals, fewer than a pip has",
    ]
    (line,) = (it for it in check_prices(database, SETTINGS, plan).lines if it.name == "prices")
    assert line.found == "; ".join([str(plan), *plan.notes])


def test_dates_are_bars_at_midnight_and_times_without_a_zone_are_utc(conn, database):
    """Wherever the database lives."""
    conn.execute(f"alter database {conn.info.dbname} set timezone = 'Asia/Tokyo'")
    for pair in PAIRS:
        of = "date" if pair == "eurusd" else "timestamp"
        conn.execute(made(f"time::{of}", pair=pair) + " where extract(hour from time) = 0")
    plan = make_plan(database, SETTINGS, None, None)
    assert plan.problems == []
    assert plan.notes[1] == "bqx.m1_eurusd: time is date, read as UTC"
    compute(database)
    assert all(finding.holds for finding in validate(conn, MONTHS, SETTINGS, "seed"))
    assert conn.execute("select distinct extract(hour from ts_utc) from tier1.features").fetchall() == [(0,)]


UNREADABLE = {
    "times are text": (
        made("time::text"),
        "bqx.m1_eurusd.time is text, no time: make it timestamptz, or set TIER1_PRICE_TABLE to views that do",
    ),
    "times are epoch seconds": (made("extract(epoch from time)::bigint"), ".time is bigint, no time"),
    "closes are text": (made(close="close::text"), ".close is text: make it double precision, or set"),
    "closes are money": (made(close="1::money"), ".close is money: make it double precision"),
    "a materialized view that was never filled": (
        "create materialized view {} as select * from plain.m1_eurusd with no data",
        ' is a materialized view that cannot be read: materialized view "m1_eurusd" has not',
    ),
    "a foreign table that nobody serves": (
        "create foreign data wrapper none; create server none foreign data wrapper none;"
        " create foreign table {} (time timestamptz, close double precision) server none",
        ' is a foreign table that cannot be read: foreign-data wrapper "none" has no handler',
    ),
    "a sequence of its name": ("create sequence {}", "table bqx.m1_eurusd is missing"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_in_words(conn, database, history, name):
    statements, says = UNREADABLE[name]
    conn.execute("drop view bqx.m1_eurusd;" + statements.replace("{}", "bqx.m1_eurusd"))
    (problem,) = problems(database)
    assert "bqx.m1_eurusd" in problem
    assert says in problem


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
    """The URL of a role that may read all 28, and its name; usdjpy is a table."""
    put(conn, "numeric closes", "usdjpy")
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
    conn.execute("alter view bqx.m1_eurusd set (security_invoker)")
    (problem,) = problems(url)
    assert problem.startswith(f"table bqx.m1_eurusd may not be read by {name}: ")
    assert problem.endswith("(permission denied for table m1_eurusd)")


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
