"""Each claim of the validation holds for what was computed, and is seen to fail when it does not."""

import pytest

from include.market import BLOCS, CURRENCIES, PAIRS
from include.months import MonthRange
from include.stages.catalogue import FEATURES
from include.store.checks.claims import claims
from include.store.checks.validate import validate
from include.store.connection import connect
from tests.conftest import empty_database
from tests.store.history import MONTHS, compute_all, hourly_closes, load_history

DAMAGE = {
    "arbitrage_is_consistent": """
        update tier1.triangular_arbitrage set usdjpy_arbitrage_direction = 1 where ts_utc =
        (select min(ts_utc) from tier1.triangular_arbitrage where not usdjpy_arbitrage_opportunity)""",
    "coherence_and_breadth_are_bounded": """
        update tier1.currency_blocs set usd_bloc_coherence_240 = 1.01 where ts_utc = '2024-02-01 12:00+00'""",
    "deviations_are_not_negative": """
        update tier1.currency_indices set usd_basket_volatility_630 = -1e-12
        where ts_utc = '2024-02-15 12:00+00'""",
    "every_month_is_finished": """
        delete from tier1.completion_marker where stage = 'currency_blocs' and month = '2024-02-01'""",
    "log_indices_sum_to_zero": """
        update tier1.currency_indices set nzd_basket_index = nzd_basket_index * 1.00001
        where ts_utc = '2024-01-31 23:00+00'""",
    "rows_match_their_markers": """
        delete from tier1.triangular_arbitrage where ts_utc = '2024-01-31 23:00+00'""",
    "stages_share_their_bars": """
        update tier1.currency_blocs set ts_utc = '2024-02-01 12:30+00'
        where ts_utc = '2024-02-01 12:00+00'""",
}


@pytest.fixture(scope="module")
def history(server):
    with empty_database(server) as url, connect(url) as conn:
        load_history(conn, hourly_closes(1_000))
        compute_all(url, months=MONTHS[:2])
        yield conn


@pytest.fixture
def computed(history):
    with history.transaction(force_rollback=True):
        yield history


def test_all_claims_hold_for_what_was_computed(computed):
    assert validate(computed, MonthRange(*MONTHS[:2])) == dict.fromkeys(claims(), True)


@pytest.mark.parametrize("claim", claims())
def test_a_claim_is_seen_to_fail_where_it_does_not_hold(computed, claim):
    computed.execute(DAMAGE[claim])
    assert validate(computed, MonthRange(*MONTHS[:2]))[claim] is False


def test_months_outside_of_the_range_do_not_matter(computed):
    computed.execute("delete from tier1.completion_marker where month = '2024-01-01'")
    assert all(validate(computed, MonthRange(MONTHS[1], MONTHS[1])).values())


def test_the_range_is_utc_whatever_the_session_thinks(computed):
    computed.execute("set time zone 'Pacific/Auckland'")
    assert all(validate(computed, MonthRange(*MONTHS[:2])).values())


def test_no_feature_that_a_claim_is_about_is_forgotten():
    text = claims()
    deviations = [f.name for f in FEATURES if "_volatility_" in f.name or "_dispersion_" in f.name]
    bounded = [f.name for f in FEATURES if "_coherence_" in f.name or "_breadth_" in f.name]
    assert len(deviations) == len(CURRENCIES) * 6 + len(BLOCS) * 4
    assert [name for name in deviations if name not in text["deviations_are_not_negative"]] == []
    assert [name for name in bounded if text["coherence_and_breadth_are_bounded"].count(name) != 2] == []
    assert [
        pair for pair in PAIRS if f"{pair}_arbitrage_direction" not in text["arbitrage_is_consistent"]
    ] == []
