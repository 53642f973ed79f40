"""Months are computed once, published whole, and noticed when their input changes."""

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import psycopg
import pytest

from include.pipeline.from_file import features
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.settings import ROOT
from include.stages import STAGES, stage_named
from include.store.connection import connect
from include.store.features.base import stored_base
from tests.store.history import (
    MONTHS,
    NAMES,
    SETTINGS,
    TABLES,
    compute_all,
    fingerprint,
    hourly_closes,
    load_history,
    stored,
)


@pytest.fixture
def history(conn):
    return load_history(conn)


def markers(conn):
    """How many months are finished, and when the last one was."""
    return conn.execute("select count(*), max(finished) from tier1.completion_marker").fetchone()


def test_the_database_and_the_file_give_the_same_bytes(conn, database, history):
    compute_all(database)
    from_file = features(history).astype(float)
    from_database = stored(conn)
    assert list(from_database.columns) == list(from_file.columns)
    assert from_database.index.equals(from_file.index)
    np.testing.assert_array_equal(from_database.to_numpy(), from_file.to_numpy())


def test_a_second_run_computes_nothing_and_changes_nothing(conn, database, history):
    assert compute_all(database) == dict.fromkeys(NAMES, 5)
    before = fingerprint(conn), markers(conn)
    assert compute_all(database, "later") == dict.fromkeys(NAMES, 0)
    assert (fingerprint(conn), markers(conn)) == before


def test_months_in_any_order_and_one_by_one_give_the_same_bytes(conn, database, history):
    for month in [MONTHS[3], MONTHS[0], MONTHS[4], MONTHS[2], MONTHS[1]]:
        compute_all(database, months=[month])
    piecemeal = fingerprint(conn)
    conn.execute("drop schema tier1 cascade")
    compute_all(database)
    assert fingerprint(conn) == piecemeal


def test_a_corrected_price_is_noticed_in_its_month_and_where_it_is_looked_back_on(conn, database, history):
    compute_all(database)
    conn.execute("update bqx.m1_eurusd set close = close * 1.001 where time = '2024-03-29 12:00+00'")
    # 2.4 looks at the bar itself; the windows of the others reach from April, 480 bars long, into May
    assert compute_all(database) == {"currency_indices": 3, "triangular_arbitrage": 1, "currency_blocs": 3}
    corrected = history.copy()
    corrected.loc["2024-03-29 12:00+00", "eurusd"] *= 1.001
    np.testing.assert_allclose(
        stored(conn).to_numpy(), features(corrected).astype(float).to_numpy(), rtol=1e-12, atol=1e-12
    )


def test_a_late_bar_is_noticed(conn, database, history):
    compute_all(database)
    conn.execute(
        "insert into bqx.m1_audcad (time, close) values ('2024-05-04 12:00+00', 0.9)"
    )  # a Saturday: a new bar of the grid
    assert compute_all(database)["triangular_arbitrage"] == 1
    assert conn.execute("select count(*) from tier1.features").fetchone() == (
        len(history) + 1 - _june(history),
    )


def _june(history):
    return int((history.index >= "2024-06-01").sum())


def test_force_computes_all_again_but_not_twice_in_one_run(conn, database, history):
    compute_all(database)
    assert compute_all(database, "forced", force=True) == dict.fromkeys(NAMES, 5)
    assert compute_all(database, "forced", force=True) == dict.fromkeys(NAMES, 0)


def test_other_options_make_months_invalid_only_where_they_matter(conn, database, history):
    compute_all(database)
    dearer = SETTINGS.model_copy(update={"cost_bps": {"eurusd": 3.0}})
    computed = {s.name: run_stage(database, Job(s, MONTHS, "dearer"), dearer).computed for s in STAGES}
    assert computed == {"currency_indices": 0, "triangular_arbitrage": 5, "currency_blocs": 0}


def test_a_revised_stage_makes_its_own_months_invalid(conn, database, history):
    compute_all(database)
    jobs = [Job(replace(s, revision=s.revision + (s.title == "2.16B")), MONTHS, "revised") for s in STAGES]
    computed = {job.stage.name: run_stage(database, job, SETTINGS).computed for job in jobs}
    assert computed == {"currency_indices": 0, "triangular_arbitrage": 0, "currency_blocs": 5}


def test_the_scale_is_chosen_once_and_kept_when_older_prices_arrive(conn, database):
    closes = hourly_closes()
    load_history(conn, closes[closes.index >= "2024-02-01"])
    compute_all(database, months=MONTHS[1:])
    base = stored_base(conn)
    load_history(conn, closes)
    compute_all(database)
    assert str(stored_base(conn)) == str(base)
    assert str(base.ts) == "2024-02-01T00:00:00.000000"
    assert stored(conn)["eur_basket_index"]["2024-02-01 00:00+00"] == 100.0


def test_a_month_without_bars_is_finished_and_empty(conn, database):
    closes = hourly_closes()
    load_history(conn, closes[(closes.index < "2024-02-01") | (closes.index >= "2024-03-01")])
    compute_all(database)
    assert conn.execute(
        "select distinct rows from tier1.completion_marker where month = '2024-02-01'"
    ).fetchall() == [(0,)]


def test_two_runs_at_once_share_the_months_out(conn, database, history):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda run: compute_all(database, run), ["a", "b"])
    assert {stage: first[stage] + second[stage] for stage in NAMES} == dict.fromkeys(NAMES, 5)


def test_readers_see_the_old_month_until_the_new_one_is_complete(conn, database, history):
    compute_all(database)
    seen = set()
    with connect(database) as reader, ThreadPoolExecutor(1) as pool:
        work = pool.submit(compute_all, database, "again", force=True)
        while not work.done():
            seen.add(reader.execute("select count(*) from tier1.features").fetchone())
        work.result()
    assert seen == {(len(history) - _june(history),)}


@pytest.mark.parametrize("stage", STAGES, ids=str)
def test_a_price_that_went_bad_after_preflight_is_refused_by_name(conn, database, history, stage):
    conn.execute("update bqx.m1_eurusd set close = -1 where time = '2024-02-05 12:00+00'")
    with pytest.raises(ValueError, match=r"bqx\.m1_eurusd at 2024-02-05T12:00:00\.000000 UTC: .* is -1\.0"):
        run_stage(database, Job(stage, MONTHS, "test"), SETTINGS)


def test_a_second_bar_that_came_after_preflight_is_refused_by_name(conn, database, history):
    conn.execute("alter table bqx.m1_eurusd drop constraint m1_eurusd_pkey")
    conn.execute("insert into bqx.m1_eurusd (time, close) values ('2024-02-05 12:00+00', 1.1)")
    with pytest.raises(ValueError, match=r"bqx\.m1_eurusd has two bars at 2024-02-05T12:00:00\.000000 UTC"):
        run_stage(database, Job(STAGES[1], MONTHS, "test"), SETTINGS)


def test_a_reader_that_takes_the_locks_the_other_way_round_does_not_fail_the_stage(conn, database, history):
    job = Job(stage_named("triangular_arbitrage"), MONTHS[:1], "first")
    run_stage(database, job, SETTINGS)
    again = Job(stage_named("triangular_arbitrage"), MONTHS[:1], "again", force=True)
    with connect(database) as reader, ThreadPoolExecutor(1) as pool:
        with reader.transaction():
            reader.execute("select count(*) from tier1.triangular_arbitrage_2024_01")
            work = pool.submit(run_stage, database, again, SETTINGS)
            while not work.done() and not conn.execute("select 1 from pg_locks where not granted").fetchone():
                time.sleep(0.01)
            assert reader.execute("select count(*) from tier1.triangular_arbitrage").fetchone() != (0,)
        assert work.result().computed == 1


def test_a_time_limit_also_ends_a_stage_that_waits_in_the_database(conn, database, history):
    def time_is_up(*_):
        raise TimeoutError("as Airflow's execution_timeout")

    run_stage(database, Job(STAGES[0], MONTHS[:1], "before"), SETTINGS)
    signal.signal(signal.SIGALRM, time_is_up)
    with connect(database) as another, another.transaction():
        another.execute("lock table bqx.m1_eurusd in access exclusive mode")
        signal.setitimer(signal.ITIMER_REAL, 1)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            run_stage(database, Job(STAGES[0], MONTHS, "test"), SETTINGS)
        assert time.monotonic() - began < 20
        waiting = "select 1 from pg_locks where not granted and relation = 'bqx.m1_eurusd'::regclass"
        assert conn.execute(waiting).fetchall() == []


@pytest.mark.slow
def test_killed_at_any_moment_and_started_again_gives_the_same_bytes(conn, database, history):
    compute_all(database)
    want = fingerprint(conn)
    conn.execute("drop schema tier1 cascade")
    moments = random.Random(7)  # noqa: S311 - no secret, only moments
    kills = 0
    for stage in STAGES:
        while subprocess_run_killed_soon(conn, database, stage.name, moments.uniform(0, 0.15)):
            kills += 1
    assert kills >= 4
    assert fingerprint(conn) == want
    leftovers = conn.execute("select relname from pg_class where relname like '%\\_new%'").fetchall()
    assert leftovers == []


def subprocess_run_killed_soon(conn, database, stage, after_seconds):
    """Run a stage and kill it so long after it has published a month; False where it ended before."""
    command = [sys.executable, "-m", "cli", "run", stage, "--end-month", "2024-05"]
    env = {
        "TIER1_DATABASE_URL": database,
        "PYTHONPATH": str(ROOT),
        "TIER1_MONTHS_AT_ONCE": "1",
        "PATH": "/usr/bin:/bin",
    }
    before = _count(conn)
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None and _count(conn) == before:
        time.sleep(0.005)
    time.sleep(after_seconds)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    return process.returncode != 0


def _count(conn):
    try:
        return markers(conn)[0]
    except psycopg.errors.UndefinedTable:
        return 0


def test_an_infinite_feature_is_refused_by_name(conn, database):
    closes = hourly_closes()
    for pair in closes:  # one currency worth 1e307 of any other: its index leaves the range of a double
        if pair.startswith("eur"):
            closes.loc[closes.index[700], pair] = 1e307
    load_history(conn, closes)
    with pytest.raises(ValueError, match="infinite at 2024-02"):
        run_stage(database, Job(stage_named("currency_indices"), MONTHS, "test"), SETTINGS)
    assert TABLES.name("eurusd") == "bqx.m1_eurusd"
