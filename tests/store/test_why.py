"""Why a run would compute a month is told without reading prices, and what is told turns out to be true."""

import psycopg
import pytest

from include.pipeline.estimate import months_to_do
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.pipeline.why import Why, why_to_do
from include.settings import Settings
from include.stages import STAGES
from tests.store.history import MONTHS, NAMES, ONLY_PRICES_TELL, SETTINGS, compute_all, load_history

INDICES, ARBITRAGE, _ = NAMES  # with a look-back, and without one
COMPUTED = """
select to_char(month, 'YYYY-MM') from tier1.completion_marker where run_id = 'next' and stage = %s"""
UNWATCHED = SETTINGS.model_copy(update={"watch_prices": False})
NO_CARRYING = SETTINGS.model_copy(update={"max_stale_bars": 0})


@pytest.fixture(autouse=True)
def _history(conn):
    load_history(conn)


def whys(conn, settings: Settings = SETTINGS) -> dict[str, dict[str, Why]]:
    """By stage and month."""
    found = {}
    for stage in STAGES:
        to_do = months_to_do(conn, Job(stage, MONTHS, "next"), settings)
        found[stage.name] = {str(it): why for it, why in why_to_do(conn, stage, settings, to_do).items()}
    return found


def all_months(why: Why) -> dict[str, dict[str, Why]]:
    return {stage: {str(month): why for month in MONTHS} for stage in NAMES}


def correct(conn, time="2024-03-13 12:00+00"):
    done = conn.execute("update bqx.m1_eurusd set close = close * 1.001 where time = %s", [time])
    assert done.rowcount == 1


def test_before_the_first_run_all_months_are_new_and_nothing_was_created(conn):
    assert whys(conn) == all_months(Why.NEW)
    assert conn.execute("select to_regnamespace('tier1')").fetchone() == (None,)


def test_what_is_still_valid_has_no_reason(conn, database):
    compute_all(database)
    assert whys(conn) == {stage: {} for stage in NAMES}


def test_a_month_that_nobody_has_computed_is_new(conn, database):
    compute_all(database, months=MONTHS[:3])
    assert whys(conn) == {stage: {"2024-04": Why.NEW, "2024-05": Why.NEW} for stage in NAMES}


def test_corrected_prices_are_told_from_those_that_a_month_may_look_back_on(conn, database):
    compute_all(database)
    correct(conn)
    found = whys(conn)
    assert found[ARBITRAGE] == {"2024-03": Why.PRICES}
    assert found[INDICES]["2024-03"] == Why.PRICES
    assert set(found[INDICES].values()) == {Why.PRICES, Why.EARLIER_PRICES}


def test_another_definition_or_other_settings_are_said(conn, database):
    compute_all(database)
    expected = all_months(Why.SETTINGS) | {ARBITRAGE: {}}  # which carries no price forward
    assert whys(conn, NO_CARRYING) == expected
    conn.execute("update tier1.completion_marker set spec_version = spec_version - 1")
    assert whys(conn) == all_months(Why.DEFINITION)


@pytest.mark.parametrize("change", ONLY_PRICES_TELL)
def test_where_only_prices_tell_it_is_said_that_they_have_to_be_read(conn, database, change):
    compute_all(database)
    conn.execute(change)
    assert whys(conn) == all_months(Why.UNKNOWN)


def test_without_a_watch_it_is_said_that_prices_have_to_be_read(conn, database):
    compute_all(database)
    assert whys(conn, UNWATCHED) == all_months(Why.UNKNOWN)


def test_a_month_that_was_finished_between_two_looks_is_left_out(conn, database):
    compute_all(database)
    assert why_to_do(conn, STAGES[0], SETTINGS, MONTHS) == {}


def test_what_is_said_to_be_sure_is_computed_by_the_next_run_and_nothing_that_was_not_named(conn, database):
    compute_all(database, months=MONTHS[:4])
    correct(conn)
    conn.execute("update tier1.completion_marker set spec_version = 0 where month = '2024-02-01'")
    said = whys(conn)
    for stage in STAGES:
        run_stage(database, Job(stage, MONTHS, "next"), SETTINGS)
        found = conn.execute(COMPUTED, [stage.name]).fetchall()
        computed = {month for (month,) in found}
        assert {month for month, why in said[stage.name].items() if why.is_sure} <= computed
        assert computed <= set(said[stage.name])
        assert {"2024-02", "2024-03", "2024-05"} <= computed


def test_it_is_told_while_somebody_writes_prices(conn, database):
    compute_all(database)
    with psycopg.connect(database) as other:
        other.execute("lock table bqx.m1_eurusd in access exclusive mode")
        assert whys(conn)[ARBITRAGE] == {}
