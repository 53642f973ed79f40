"""A pair that is something else is refused by name; one that is off for a while is pointed out."""

import numpy as np
import pytest

from include.doubts import effects
from include.doubts.part import Part
from tests.doubts.market import BARS, changed, lines, panel, row, told
from tests.panels import market


def test_of_prices_that_are_fine_each_check_says_so():
    assert [line.result for line in lines(panel())] == ["ok"] * len(lines(panel()))


@pytest.mark.parametrize(
    ("pair", "change", "says"),
    [
        ("eurgbp", lambda p: 1 / p, "eurgbp is quoted inversely"),
        ("usdjpy", lambda p: p / 100, "usdjpy is quoted at 1/100 of its value"),
        ("eurusd", lambda p: p * 10_000, "eurusd is quoted at 10,000 times its value"),
        ("usdjpy", lambda p: 100 / p, "usdjpy is quoted inversely, and at 100 times its value"),
        ("gbpusd", lambda p: p * 1.1, "gbpusd is 1.1 times what its cross rates say"),
        ("gbpusd", lambda _: market(BARS)[row("eurusd")], "gbpusd looks like eurusd"),
        ("gbpusd", lambda _: 1 / market(BARS)[row("usdcad")], "gbpusd looks like usdcad, quoted inversely"),
    ],
)
def test_a_pair_that_is_something_else_is_refused_and_no_other_pair_is(pair, change, says):
    (line,) = told(panel(changed(pair, change)), of="cross rates")
    assert line.result == "failed"
    assert line.found.startswith(f"{says}: ")
    assert f"Load {pair} again" in line.what_to_do
    assert f"{pair}_arbitrage_*" in line.what_to_do


def test_near_parity_an_inverse_price_is_told_by_its_direction():
    close = market(BARS)
    level = close[row("usdchf"), 0]  # usdchf around 1, with its crosses
    for pair in ("audchf", "cadchf", "eurchf", "gbpchf", "nzdchf", "usdchf"):
        close[row(pair)] /= level
    close[row("chfjpy")] *= level
    assert told(panel(close)) == []
    close[row("usdchf")] = 1 / close[row("usdchf")]
    (line,) = told(panel(close), of="cross rates")
    assert (line.result, line.found.split(":")[0]) == ("failed", "usdchf is quoted inversely")


def business_days(first: str, last: str) -> np.ndarray:
    days = np.arange(np.datetime64(first), np.datetime64(last))
    return days[np.is_busday(days)].astype("datetime64[us]")


def test_days_that_are_a_day_late_do_not_move_against_their_cross_rates_by_chance():
    ts = business_days("2012-01-01", "2023-12-31")
    longer = market(len(ts) + 1, volatility=5e-3, seed=2)
    close = longer[:, 1:].copy()
    close[row("gbpusd")] = longer[row("gbpusd"), :-1]
    assert {line.result for line in told(panel(close, ts))} == {"warning"}


def test_days_that_move_against_their_cross_rates_are_refused():
    ts = business_days("2012-01-01", "2012-03-31")
    close = market(len(ts), volatility=5e-3)
    level = close[row("gbpusd")].mean()
    close[row("gbpusd")] = level**2 / close[row("gbpusd")]
    (line,) = told(panel(close, ts), of="cross rates")
    assert (line.result, line.found.split(":")[0]) == ("failed", "gbpusd moves against its cross rates")


def test_several_pairs_that_are_something_else_do_not_accuse_the_others():
    close = market(BARS)
    wrong = ["eurusd", "eurgbp", "eurjpy", "audusd"]
    for pair in wrong:
        close[row(pair)] *= 100
    failed = told(panel(close), of="cross rates")
    assert sorted(line.found.split()[0] for line in failed) == sorted(wrong)
    assert {line.result for line in failed} == {"failed"}


def test_all_pairs_of_a_currency_quoted_inversely_are_refused():
    close = market(BARS)
    wrong = ["audusd", "eurusd", "gbpusd", "nzdusd", "usdcad", "usdchf", "usdjpy"]
    for pair in wrong:
        close[row(pair)] = 1 / close[row(pair)]
    failed = told(panel(close), of="cross rates")
    assert {line.found.split()[0] for line in failed if line.result == "failed"} <= set(wrong)
    assert len(failed) >= 6


def test_a_pair_that_is_a_little_off_all_month_is_a_warning():
    (line,) = told(panel(changed("audnzd", lambda p: p * 1.003)))
    assert (line.name, line.result) == ("cross rates", "warning")
    assert line.found.startswith("audnzd is off from its cross rates all month")


def test_a_pair_that_is_off_for_a_while_is_a_warning_with_its_worst_value():
    close = market(BARS)
    close[row("eurjpy"), 1_000:1_400] *= 1.1
    (line,) = told(panel(close))
    assert (line.name, line.result) == ("stretches", "warning")
    assert "400 bars from 2024-03-04 16:40 to 2024-03-04 23:19" in line.found
    assert "eur_basket_* and jpy_basket_* would be off by about 1.4 %" in line.what_to_do


def test_what_an_error_does_to_an_index_is_what_the_features_show():
    """Before: by hand; the index moves by exp(gap / 7)."""
    close = market(200)
    text = effects.off("eurusd", np.log(1.1))
    assert "eur_basket_* and usd_basket_* would be off by about 1.4 %" in text
    x = np.log(close[:, :1])
    y = x.copy()
    y[row("eurusd")] += np.log(1.1)
    pairs = [k for k in range(28) if k in {row(p) for p in ("euraud", "eurcad", "eurchf", "eurgbp", "eurjpy",
             "eurnzd", "eurusd")}]  # fmt: skip
    moved = 100 * np.expm1(8 / 7 * float((y - x)[pairs].sum() / 8))
    assert f"{moved:.2g}" == "1.4"


def test_a_spike_that_comes_back_is_told_with_its_time_and_value():
    close = market(BARS)
    close[row("usdjpy"), 700] *= 1e5
    (line,) = told(panel(close))
    assert (line.name, line.result) == ("spikes", "warning")
    assert "2024-03-04 11:40 UTC (1 bar)" in line.found
    assert f"{close[row('usdjpy'), 700]:.6g}" in line.found
    assert "would show profits that are not there; *_volatility_*" in line.what_to_do


def test_a_jump_of_the_whole_market_is_no_spike():
    close = market(BARS)
    for pair in ("audchf", "cadchf", "eurchf", "gbpchf", "nzdchf", "usdchf"):
        close[row(pair), 700] *= 0.8
    close[row("chfjpy"), 700] /= 0.8
    assert told(panel(close)) == []


def test_a_price_that_is_stuck_is_told():
    close = market(BARS)
    close[row("gbpcad"), 500:900] = close[row("gbpcad"), 500]
    found = {line.name: line for line in told(panel(close))}
    assert "400 bars from 2024-03-04 08:20 to 2024-03-04 14:59" in found["stuck prices"].found


def test_a_market_that_stands_still_is_not_stuck():
    close = market(BARS)
    close[:, 500:900] = close[:, 500:501]
    assert told(panel(close)) == []


def test_without_bars_at_the_same_time_a_pair_has_no_cross_rate():
    close = market(20)
    close[row("eurusd"), ::2] = np.nan
    close[np.arange(28) != row("eurusd"), 1::2] = np.nan
    assert np.isnan(Part.of(panel(close)).gap[row("eurusd")]).all()


def test_of_a_month_with_hardly_any_bars_nothing_is_refused():
    few = panel(market(3))
    few.close[row("usdjpy"), 1:] *= 100
    assert {(line.name, line.result) for line in told(few)} == {("stretches", "warning")}
