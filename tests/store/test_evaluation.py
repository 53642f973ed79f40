"""Whether TIER 1 helps is measured on what the database has; what cannot be measured with is refused."""

import pandas as pd
import pytest

from include.evaluation.look_ahead import LookAheadError
from include.market import PAIRS
from include.months import MonthRange
from include.pipeline import benefit
from include.pipeline.evaluation import as_plain_values, evaluation
from include.report.benefit import details, sentence
from include.report.model import Evaluation
from include.stages.catalogue import FEATURES
from include.store.connection import connect
from include.store.features.reading import read_features
from tests.conftest import empty_database
from tests.panels import market
from tests.store.history import SETTINGS, compute_all, load_history, stored

MONTHS = MonthRange.of_texts("2024-01", "2024-06")


def daily_closes() -> pd.DataFrame:
    """A bar each working day from 2022 to June 2024: more before the months than the longest window."""
    days = pd.bdate_range("2021-01-01", "2024-06-30", tz="UTC", unit="us", name="ts_utc")
    return pd.DataFrame(market(len(days), volatility=5e-3).T, index=days, columns=list(PAIRS))


@pytest.fixture(scope="module")
def computed(server):
    with empty_database(server) as url:
        with connect(url) as conn:
            load_history(conn, daily_closes())
        compute_all(url, months=list(MONTHS))
        yield url


@pytest.fixture
def open_database(computed):
    with connect(computed) as conn:
        yield conn


def test_what_tier_1_adds_is_measured_and_said_in_one_sentence(open_database):
    found = evaluation(open_database, SETTINGS, MONTHS)
    measured = found.benefit
    assert measured is not None
    assert (measured.horizon_bars, measured.decisions, measured.possible_decisions) == (1, 130, 130)
    assert sentence(measured).startswith("Sharpe ratio: expected +10-17 %; measured ")
    assert "least useful families: " in "\n".join(details(measured))
    assert Evaluation(**as_plain_values(found)) == found


def test_the_latest_decisions_are_looked_at_where_there_are_more_than_wanted(open_database):
    found = evaluation(open_database, SETTINGS.model_copy(update={"evaluate_decisions": 80}), MONTHS)
    assert found.benefit is not None
    assert (found.benefit.decisions, found.benefit.possible_decisions) == (80, 130)
    assert found.benefit.last_judged.startswith("2024-06-27")  # the outcome of the 28th is not known


def test_the_bound_is_stated_of_all_decisions_also_where_not_all_are_read(open_database, monkeypatch):
    monkeypatch.setattr(benefit, "HORIZON", 1)  # of days; else all of these few are read
    monkeypatch.setattr(benefit, "_MONTHS_AT_A_TIME", 1)
    found = evaluation(open_database, SETTINGS.model_copy(update={"evaluate_decisions": 80}), MONTHS)
    assert found.benefit is not None
    assert (found.benefit.decisions, found.benefit.possible_decisions) == (80, 130)


def test_two_months_are_profiled_and_not_measured(open_database):
    found = evaluation(open_database, SETTINGS, MonthRange.of_texts("2024-01", "2024-02"))
    assert found.benefit is None
    assert "2 months" in found.not_measured
    assert found.bars == 44


def test_it_can_be_turned_off(open_database):
    found = evaluation(open_database, SETTINGS.model_copy(update={"evaluate_decisions": 0}), MONTHS)
    assert found.not_measured == "TIER1_EVALUATE_DECISIONS is 0"


def test_a_column_in_the_table_that_looks_ahead_is_refused(open_database):
    with open_database.transaction(force_rollback=True):
        open_database.execute(
            "update tier1.currency_indices i set eur_basket_index = next.value from ("
            "select ts_utc, lead(eur_basket_index) over (order by ts_utc) as value"
            " from tier1.currency_indices) next where next.ts_utc = i.ts_utc"
        )
        with pytest.raises(LookAheadError, match="eur_basket_index at 2024-01-01"):
            evaluation(open_database, SETTINGS, MONTHS)


def test_a_month_that_was_not_computed_is_named(open_database):
    with pytest.raises(ValueError, match="2023-12 has no currency_indices at 21 of 21 bars"):
        evaluation(open_database, SETTINGS, MonthRange.of_texts("2023-12", "2024-06"))


def test_the_columns_that_are_read_are_those_of_the_view(open_database):
    want = stored(open_database)
    times = want.index.tz_convert(None).to_numpy().astype("datetime64[us]")[::7]
    (*months,) = read_features(open_database, times)
    got = pd.DataFrame([row for month in months for row in month], want.index[::7], columns=want.columns)
    assert list(want.columns) == [feature.name for feature in FEATURES]
    pd.testing.assert_frame_equal(got, want.iloc[::7], check_names=False)
