"""The planner knows the features as soon as they are there; autovacuum keeps out of the next months' way."""

# ruff: noqa: S608 - the text that goes into the statement is our own

import time

import pytest

from include.stages import STAGES
from include.store.connection import alone
from tests.store.history import MONTHS, compute_all, load_history

MONTH = MONTHS[1:2]
LEAVES = [f"{stage}_2024_02" for stage in STAGES]
CONTROL = "as_postgresql_does_it"


@pytest.fixture
def eager_autovacuum(conn):
    """Autovacuum that looks at a database every second, until the test is over."""
    alone(conn).execute("alter system set autovacuum_naptime = 1")
    conn.execute("select pg_reload_conf()")
    yield
    alone(conn).execute("alter system reset autovacuum_naptime")
    conn.execute("select pg_reload_conf()")


def autoanalyzed(conn, table: str) -> int:
    query = "select autoanalyze_count from pg_stat_user_tables where relname = %s"
    return conn.execute(query, [table]).fetchone()[0]


def test_the_key_and_what_has_few_values_have_statistics_at_once(conn, database):
    load_history(conn)
    compute_all(database, months=MONTH)
    missing = conn.execute(
        "select attname from pg_attribute"
        " left join pg_statistic on starelid = attrelid and staattnum = attnum"
        " where attrelid = any(%s::regclass[]) and attnum > 0 and atttypid <> 'float8'::regtype"
        " and starelid is null",
        [[f"tier1.{leaf}" for leaf in LEAVES]],
    ).fetchall()
    assert missing == []


@pytest.mark.parametrize(
    "where",
    [
        "tier1.currency_indices where ts_utc < '2024-02-04+00'",
        "tier1.triangular_arbitrage where audcad_arbitrage_direction = 0",
        "tier1.triangular_arbitrage where not audcad_arbitrage_opportunity",
    ],
)
def test_the_planner_expects_about_as_many_rows_as_there_are(conn, database, where):
    load_history(conn)
    compute_all(database, months=MONTH)
    [[[planned]]] = conn.execute(f"explain (format json) select from {where}").fetchall()
    rows = conn.execute(f"select count(*) from {where}").fetchone()[0]
    assert planned["Plan"]["Plan Rows"] == pytest.approx(rows, rel=0.2)


def test_autovacuum_does_not_make_them_again(conn, database, eager_autovacuum):
    load_history(conn)
    compute_all(database, months=MONTH)
    conn.execute(f"create table public.{CONTROL} as select * from tier1.{LEAVES[0]}")
    ends = time.monotonic() + 60
    while not autoanalyzed(conn, CONTROL):
        assert time.monotonic() < ends, "autovacuum never looked"
        time.sleep(0.2)
    assert [autoanalyzed(conn, leaf) for leaf in LEAVES] == [0, 0, 0]
