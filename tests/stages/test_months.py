"""Computing month by month equals computing the whole, however the history is cut."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from include.pipeline.from_file import features
from include.stages.catalogue import FEATURES
from include.stages.options import Options
from oracle.features import reference_features
from oracle.market import PAIRS
from tests.agreement import assert_agree, assert_identical
from tests.panels import gaps_and_outages, market, with_spike, without

LOOK_BACK = 630 + 60
"""Bars: the longest window, and the greatest age of the price at its start."""


def hourly(close):
    """These prices an hour apart on working days; a month has about 500 bars, less than the look-back."""
    bars = close.shape[1]
    hours = pd.date_range("2024-01-01", periods=2 * bars, freq="h", tz="UTC", unit="us", name="ts_utc")
    return pd.DataFrame(close.T, index=hours[hours.day_of_week < 5][:bars], columns=list(PAIRS))


def columns_of(frame):
    return {name: frame[name].to_numpy(float, na_value=np.nan) for name in frame}


@pytest.fixture(scope="module")
def prices():
    """Half a year: gaps of all kinds at its beginning, one across the end of March, a spike in April.

    And June's first bar looks back as far as a bar can: to a price carried for 60 bars, 630 bars ago.
    """
    close = market(3_000, seed=6)
    close[:, 1:1_380] = gaps_and_outages()[:, 1:]
    close = without(close, list(range(7)), slice(1_500, 1_590))
    frame = hourly(with_spike(close, "eurjpy", 1_900, 10.0))
    june = np.count_nonzero(frame.index < datetime(2024, 6, 1, tzinfo=UTC))
    frame.iloc[june - LOOK_BACK + 1 : june - 630 + 1, PAIRS.index("eurusd")] = np.nan
    return frame


@pytest.fixture(scope="module")
def whole(prices):
    return features(prices)


def test_all_months_agree_with_the_reference_of_the_whole(prices, whole):
    assert whole.index.equals(prices.index)
    assert_agree(columns_of(whole), reference_features(prices.to_numpy().T))


def test_the_table_has_the_columns_and_types_of_the_catalogue(whole):
    types = {"double precision": "float64", "boolean": "boolean", "smallint": "Int8"}
    assert whole.dtypes.astype(str).to_dict() == {f.name: types[f.type] for f in FEATURES}


@pytest.mark.parametrize("end", ["2024-02-01", "2024-04-01", "2024-05-17 11:00"])
def test_leaving_the_last_months_out_changes_no_bit_of_the_others(prices, whole, end):
    until = prices.index < pd.Timestamp(end, tz="UTC")
    assert_identical(columns_of(features(prices[until])), columns_of(whole[until]))


@pytest.mark.parametrize("start", ["2024-02-01", "2024-02-21 07:00"])
def test_leaving_the_first_months_out_changes_no_bit_of_the_others_on_the_same_scale(prices, start):
    scale = datetime(2024, 3, 5, tzinfo=UTC)
    later = prices[prices.index >= pd.Timestamp(start, tz="UTC")]
    first_month_seen_whole = later.index[LOOK_BACK].normalize() + pd.offsets.MonthBegin()
    got, want = (
        columns_of(table[table.index >= first_month_seen_whole])
        for table in (features(later, scale), features(prices, scale))
    )
    assert len(got["eur_basket_index"]) > 500
    assert_identical(got, want)


def test_a_row_without_any_price_is_no_bar_of_the_grid(prices, whole):
    with_weekends = prices.resample("h").asfreq()
    assert len(with_weekends) > len(prices)
    assert_identical(columns_of(features(with_weekends)), columns_of(whole))


def test_the_base_bar_is_the_first_complete_one_at_or_after_the_base_time(prices):
    inside_the_gap = prices.index[1_570]
    got = features(prices, inside_the_gap.to_pydatetime())
    assert (got.loc[prices.index[1_590]].filter(like="_basket_index") == 100).all()
    assert_agree(columns_of(got), reference_features(prices.to_numpy().T, 1_570))


def test_the_base_time_may_be_told_in_any_time_zone(prices):
    utc = datetime(2024, 3, 5, tzinfo=UTC)
    tokyo = utc.astimezone(timezone(timedelta(hours=9)))
    early = prices[:1_500]
    assert_identical(columns_of(features(early, tokyo)), columns_of(features(early, utc)))


def test_the_pairs_are_found_by_name(prices, whole):
    assert_identical(columns_of(features(prices[sorted(prices, reverse=True)])), columns_of(whole))


def test_the_options_reach_every_month(prices):
    cost_bps = np.linspace(0, 1, 28)
    got = features(prices, options=Options(max_stale_bars=5, costs_bps=cost_bps, threshold_pct=0.001))
    want = reference_features(prices.to_numpy().T, max_stale_bars=5, cost_bps=cost_bps, threshold_pct=0.001)
    assert_agree(columns_of(got), want)


def test_without_a_complete_bar_there_is_no_scale(prices):
    with pytest.raises(ValueError, match="eurusd"):
        features(prices.assign(eurusd=np.nan))
