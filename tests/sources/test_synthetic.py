"""Made-up prices: of the scale and the ways of a market, and the same whatever was asked for before."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from include.market import PAIRS, round_trips
from include.months import MonthRange, parse_month
from include.pipeline.from_file import features
from include.sources.bars import BARS
from include.sources.synthetic import bars, month_of_prices
from include.stages.options import COSTS_BPS

MONTHS = list(MonthRange.of_texts("2024-01", "2024-12"))
MINUTE = np.timedelta64(1, "m")


@pytest.fixture(scope="module")
def year():
    return [month_of_prices(month) for month in MONTHS]


@pytest.fixture(scope="module")
def march(year):
    return year[2]


@pytest.fixture(scope="module")
def steps(march):
    """One-bar log returns of March, basis points, shape [28, T - 1]."""
    return np.diff(np.log(march.close), axis=1) * 10_000


def correlation(steps, one, other):
    x, y = steps[PAIRS.index(one)], steps[PAIRS.index(other)]
    both = np.isfinite(x) & np.isfinite(y)
    return np.corrcoef(x[both], y[both])[0, 1]


def weekday_and_minute(ts):
    """Monday is 0."""
    minutes = ts.astype("datetime64[m]").astype(int)
    return (minutes // 1440 + 3) % 7, minutes % 1440


def test_a_year_has_the_scale_of_the_real_one(year):
    assert sum(map(len, year)) == pytest.approx(368_000, rel=0.02)
    assert sum(np.isfinite(month.close).sum() for month in year) == pytest.approx(10.3e6, rel=0.02)


def test_every_bar_of_a_month_is_a_minute_of_it_with_a_price(year):
    for month, panel in zip(MONTHS, year, strict=True):
        assert panel.ts.dtype == "datetime64[us]"
        assert (panel.ts.astype("datetime64[M]") == month).all()
        assert (panel.ts == panel.ts.astype("datetime64[m]")).all()
        assert np.isfinite(panel.close).any(axis=0).all()


def test_a_month_is_the_same_whatever_was_asked_for_before(year, march):
    for month in (MONTHS[7], parse_month("1999-12"), MONTHS[2]):
        again = month_of_prices(month)
    np.testing.assert_array_equal(again.ts, march.ts)
    np.testing.assert_array_equal(again.close, march.close)


def test_each_seed_and_each_month_is_another_market(march, year):
    other = month_of_prices(MONTHS[2], seed=2)
    few = min(len(march), len(other), len(year[3]))
    assert not np.array_equal(march.ts, other.ts)
    assert np.mean(march.close[:, :few] == other.close[:, :few]) < 0.01
    one, next_one = (np.nan_to_num(np.diff(np.log(panel.close[14, :few]))) for panel in (march, year[3]))
    assert abs(np.corrcoef(one, next_one)[0, 1]) < 0.05


def test_the_first_step_of_a_month_is_as_small_as_any_other(year):
    joins = [np.log(after.close[:, 0] / before.close[:, -1]) * 10_000 for before, after in pairwise(year)]
    within = np.concatenate([np.diff(np.log(month.close)) for month in year], axis=1) * 10_000
    assert np.nanmax(np.abs(joins)) < 10  # a month moves a hundred, levels that are not carried on more
    assert np.nanstd(joins) < 3 * np.nanstd(within)


def test_levels_move_over_the_years_and_stay_plausible():
    eurusd, usdjpy = PAIRS.index("eurusd"), PAIRS.index("usdjpy")
    months = [parse_month(f"{year}-06") for year in range(2014, 2034, 5)]
    levels = np.array([np.nanmean(month_of_prices(month).close, axis=1) for month in months])
    assert ((levels[:, eurusd] > 0.9) & (levels[:, eurusd] < 1.3)).all()
    assert ((levels[:, usdjpy] > 115) & (levels[:, usdjpy] < 180)).all()
    assert (np.ptp(np.log(levels), axis=0) > 0.005).all()


def test_the_market_is_closed_at_the_weekend_and_on_holidays(year):
    ts = np.concatenate([month.ts for month in year])
    weekday, minute = weekday_and_minute(ts)
    assert not (weekday == 5).any()
    assert minute[weekday == 6].min() == 22 * 60
    assert minute[weekday == 4].max() == 22 * 60 - 1
    christmas = (ts >= np.datetime64("2024-12-24T22:00")) & (ts < np.datetime64("2024-12-25T22:00"))
    assert not christmas.any()


def test_no_pair_is_without_holes_and_illiquid_ones_have_more(year):
    missing = np.isnan(np.concatenate([month.close for month in year], axis=1)).mean(axis=1)
    assert (missing > 1e-5).all()
    assert missing.max() < 0.005
    assert missing[COSTS_BPS == 2.0].mean() > 2 * missing[COSTS_BPS == 0.5].mean()


def test_some_holes_are_longer_than_a_price_is_carried_forward(year):
    longest = 0
    for hole in np.isnan(np.concatenate([month.close for month in year], axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], hole, [False]])))
        longest = max(longest, *(edges[1::2] - edges[::2]))
    assert 60 < longest < 1_000


def test_some_minutes_and_some_stretches_are_not_in_the_grid(march):
    gaps = np.diff(march.ts) / MINUTE
    gaps = gaps[gaps < 24 * 60]  # no weekends
    assert (gaps == 2).sum() >= 3
    assert gaps.max() > 10


def test_prices_are_positive_and_on_tick(march):
    for pair, close in zip(PAIRS, march.close, strict=True):
        prices = close[np.isfinite(close)]
        assert (prices > 0).all()
        np.testing.assert_array_equal(prices, np.round(prices, 3 if pair.endswith("jpy") else 5))
        assert len(np.unique(prices)) > 100


def test_a_minute_moves_a_price_by_about_a_basis_point(steps):
    volatility = np.nanstd(steps, axis=1)
    assert ((volatility > 0.4) & (volatility < 1.5)).all()
    assert np.nanmax(np.abs(steps)) < 100


def test_pairs_that_share_a_currency_move_together_or_against_each_other(steps):
    assert correlation(steps, "eurusd", "gbpusd") > 0.2
    assert correlation(steps, "audusd", "nzdusd") > 0.4
    assert correlation(steps, "eurusd", "usdchf") < -0.2
    assert correlation(steps, "audjpy", "nzdjpy") > 0.5
    assert abs(correlation(steps, "eurgbp", "cadchf")) < 0.15


def test_volatility_follows_the_sessions_and_clusters(march, steps):
    eurusd = steps[PAIRS.index("eurusd")]
    _, minute = weekday_and_minute(march.ts[1:])
    busy, quiet = (np.nanstd(eurusd[minute // 60 == hour]) for hour in (14, 22))
    assert busy > 2 * quiet
    hour_of_bar = march.ts[1:].astype("datetime64[h]").astype(int)
    per_hour = pd.Series(eurusd**2).groupby(hour_of_bar).mean()
    by_hour = per_hour.groupby(per_hour.index % 24).transform("mean")
    unrest = np.log(per_hour / by_hour)
    next_hour = unrest.reindex(unrest.index + 1).to_numpy()
    known = np.isfinite(next_hour)
    assert np.corrcoef(unrest[known], next_hour[known])[0, 1] > 0.3


def test_few_round_trips_pay(march):
    x = np.log(march.close)
    gains, nets = [], []
    for pair in PAIRS:
        for legs in round_trips(pair):
            gain = np.abs(sum(leg.sign * x[leg.pair] for leg in legs))
            gains.append(gain)
            nets.append(gain - COSTS_BPS[[leg.pair for leg in legs]].sum() / 10_000)
    assert 0.1 < np.nanmedian(gains) * 10_000 < 2
    assert 1e-4 < np.mean(np.array(nets) > 0) < 0.02


def test_features_of_a_month_are_there_but_for_the_first_windows_and_the_holes(march):
    index = pd.DatetimeIndex(march.ts, tz="UTC", name="ts_utc")
    bars_of_a_week = 7_000
    prices = pd.DataFrame(march.close.T, index=index, columns=list(PAIRS)).iloc[:bars_of_a_week]
    computed = features(prices).iloc[630:]
    missing = computed.isna().mean()
    assert missing.max() < 0.15
    assert 0 < missing["audnzd_arbitrage_profit_pct"] + missing["gbpaud_arbitrage_profit_pct"] < 0.05
    assert computed["eur_basket_volatility_60"].dropna().between(0.05, 10).all()
    assert computed["commodity_bloc_coherence_240"].dropna().mean() > 0.05


def test_bars_are_what_the_loader_takes(march):
    table = bars(MONTHS[2])
    assert list(table.columns) == list(BARS)
    assert str(table["ts_utc"].dtype) == "datetime64[us, UTC]"
    assert len(table) == np.isfinite(march.close).sum()
    usdjpy = table[table["pair"] == "usdjpy"]["close"].to_numpy()
    np.testing.assert_array_equal(usdjpy, march.close[-1][np.isfinite(march.close[-1])])


def test_a_seed_below_zero_is_refused():
    with pytest.raises(ValueError, match="non-negative"):
        month_of_prices(MONTHS[0], seed=-1)
