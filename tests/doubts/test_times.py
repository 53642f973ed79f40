"""Bars at the wrong times are told by pair, with what their clock looks like."""

import numpy as np
import pandas as pd
import pytest

from include.doubts.doubt import lines_of
from include.doubts.empty_months import doubts as doubts_about_months
from include.market import PAIRS
from include.months import MonthRange
from tests.doubts.market import BARS, MINUTE, MONDAY, by_itself, changed, panel, row, told
from tests.panels import market


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (300, "gbpusd looks 5 hours late"),
        (-120, "gbpusd looks 2 hours early"),
        (30, "gbpusd looks 30 minutes late"),
        (1, "gbpusd looks 1 minute late"),
    ],
)
def test_a_pair_on_another_clock_is_told_by_how_much(minutes, says):
    fine = panel()
    late = by_itself("gbpusd", (fine.ts + minutes * MINUTE, fine.close[row("gbpusd")]), fine)
    (line,) = told(late, of="lags")
    assert (line.result, line.found.split(":")[0]) == ("warning", says)


def test_a_bad_tick_does_not_hide_a_lag_nor_make_one():
    fine = panel()
    prices = fine.close[row("gbpusd")].copy()
    prices[1_234] *= 50
    (line,) = told(by_itself("gbpusd", (fine.ts + 300 * MINUTE, prices), fine), of="lags")
    assert line.found.startswith("gbpusd looks 5 hours late")
    assert told(panel(changed("gbpusd", lambda _: prices)), of="lags") == []


def test_bars_at_odd_seconds_are_told_and_so_are_the_few_that_are_shared():
    fine = panel()
    odd = by_itself("audnzd", (fine.ts + np.timedelta64(58, "s"), fine.close[row("audnzd")]), fine)
    found = {line.name: line for line in told(odd)}
    assert found["bar times"].found.startswith("audnzd has bars off the minute: the first is at")
    assert "2024-03-04 00:00:58" in found["bar times"].found
    assert "audnzd shares few of its bars" in found["shared bars"].found


def test_a_pair_with_far_fewer_bars_is_told():
    close = market(BARS)
    close[row("nzdchf"), np.arange(BARS) % 7 != 0] = np.nan
    found = {line.name: line.found for line in told(panel(close))}
    assert "nzdchf has far fewer bars than the others: 14%" in found["shared bars"]
    assert "nzdchf has a bar every 7 minutes, most others one every minute" in found["bar times"]


def test_bars_of_another_length_than_in_the_months_before_are_told():
    later = panel(market(BARS), MONDAY + np.timedelta64(40, "D") + np.arange(BARS) * 15 * MINUTE)
    (line,) = told(panel(), later, of="bar times")
    assert line.found.startswith("every pair has a bar every 15 minutes, in the months before one every min")


def weeks(clock: str, *, filled: bool = False) -> np.ndarray:
    """Four weeks of 15 minutes, Sunday to Friday at 17:00 in New York, as that clock shows them."""
    there = pd.date_range("2024-01-07 17:00", "2024-02-04 17:00", freq="15min", tz="America/New_York")[:-1]
    hours = there.day_of_week * 24 + there.hour
    is_open = (hours < 4 * 24 + 17) | (hours >= 6 * 24 + 17)
    ts = there[is_open | filled].tz_convert(clock).tz_localize(None)
    return ts.to_numpy().astype("datetime64[us]")


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ("Europe/Athens", "weeks that look 2 hours late"),
        ("America/New_York", "weeks that look 5 hours early"),
    ],
)
def test_prices_that_are_all_on_another_clock_are_told_by_their_weeks(clock, says):
    ts = weeks(clock)
    found = told(panel(market(len(ts)), ts), of="market hours")
    assert says in found[0].found
    assert "more such lines" in found[-1].found
    ts = weeks("UTC")
    assert told(panel(market(len(ts)), ts)) == []


def test_weekends_that_are_filled_are_told():
    ts = weeks("UTC", filled=True)
    close = market(len(ts))
    hours = (ts.astype("datetime64[h]").astype(int) + 72) % 168
    closed = (hours >= 4 * 24 + 22) & (hours < 6 * 24 + 22)
    for t in np.flatnonzero(closed):
        close[:, t] = close[:, t - 1]
    (first, *_) = told(panel(close, ts), of="weekends")
    assert first.found.startswith("audcad has bars of weekends that do not move")


def test_one_row_of_1970_is_refused_for_the_months_that_it_would_cost():
    months = list(MonthRange.of_texts("1970-01", "2024-01"))
    there = np.zeros((28, len(months)), bool)
    there[3, 0] = there[:, -1] = True
    (line,) = lines_of("empty months", doubts_about_months(months, there), "none")
    assert line.result == "failed"
    assert line.found.startswith("most pairs have no bar in whole months: the first begins at 1970-01-01")
    assert "(648 months" in line.found


def test_a_row_of_1970_in_each_table_is_pointed_at():
    months = list(MonthRange.of_texts("1970-01", "2024-02"))
    there = np.zeros((28, len(months)), bool)
    there[:, 0] = there[:, -2:] = True
    (line,) = lines_of("empty months", doubts_about_months(months, there), "none")
    assert line.result == "failed"
    assert "Before them, there are bars in 1970-01 only: look whether their date is wrong." in line.what_to_do


def test_a_bar_of_a_year_to_come_is_pointed_at():
    months = list(MonthRange.of_texts("2024-01", "2026-10"))  # the last one that is over
    there = np.zeros((28, len(months)), bool)
    there[:, :2] = True
    (line,) = lines_of("empty months", doubts_about_months(months, there), "none")
    assert line.result == "failed"
    assert "There are bars after the last month: look whether their date is wrong." in line.what_to_do


def test_a_pair_that_lacks_a_month_is_a_warning():
    months = list(MonthRange.of_texts("2024-01", "2024-03"))
    there = np.ones((28, 3), bool)
    there[row("eurusd"), 1] = False
    (line,) = lines_of("empty months", doubts_about_months(months, there), "none")
    assert (line.result, "eurusd has no bar in whole months" in line.found) == ("warning", True)
    there[:, 1] = False
    (line,) = lines_of("empty months", doubts_about_months(months, there), "none")
    assert (line.result, "most pairs" in line.found) == ("warning", True)


def test_bars_of_two_minutes_among_minutes_are_told_and_a_thin_pair_is_not():
    close = market(BARS)
    close[row("nzdchf"), 1::2] = np.nan
    (line,) = told(panel(close))
    assert line.found.startswith("nzdchf has a bar every 2 minutes, most others one every minute")
    thin = market(BARS)
    thin[row("nzdchf"), np.random.default_rng(1).random(BARS) < 0.6] = np.nan
    assert told(panel(thin)) == []


def test_one_pair_at_odd_seconds_does_not_change_what_is_said_of_the_others():
    fine = panel()
    later = panel(ts=fine.ts + np.timedelta64(31, "D"))
    prices = later.ts + np.timedelta64(58, "s"), later.close[row("audnzd")]
    found = told(fine, by_itself("audnzd", prices, later))
    assert {line.found.split()[0] for line in found} == {"audnzd"}


def test_days_that_are_filled_over_weekends_are_told():
    ts = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-12-31")).astype("datetime64[us]")
    close = market(len(ts), volatility=3e-3)
    for t in np.flatnonzero((ts.astype("datetime64[D]").astype(int) + 3) % 7 >= 5):
        close[:, t] = close[:, t - 1]
    found = told(panel(close, ts))
    assert {line.name for line in found} == {"weekends"}


def test_a_currency_of_which_all_pairs_are_on_another_clock_is_told():
    longer, minutes = market(6_000), 300
    close = longer[:, minutes:].copy()
    for pair in (pair for pair in PAIRS if "gbp" in pair):
        close[row(pair)] = longer[row(pair), :-minutes]
    (line,) = told(panel(close), of="lags")
    assert line.found.startswith("every pair of gbp looks 5 hours late")
    assert told(panel(close), of="spikes") == told(panel(close), of="stretches") == []


def test_a_currency_that_goes_on_in_another_unit_is_told():
    close = market(BARS)
    later = panel(market(BARS), MONDAY + np.timedelta64(31, "D") + np.arange(BARS) * MINUTE)
    for pair in (pair for pair in PAIRS if "jpy" in pair):
        later.close[row(pair)] /= 100
    found = told(panel(close), later)
    assert {line.name for line in found} == {"jumps"}
    assert len(found) == 7
    assert "usdjpy jumps, and its cross rates with it: 1" in found[-1].found
