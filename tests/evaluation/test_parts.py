"""The parts of the measurement, by hand."""

import numpy as np
import pytest

from include.evaluation.columns import NONE, columns_of_pairs, families_of
from include.evaluation.decisions import decision_bars, horizon_of, per_year
from include.evaluation.intervals import (
    block_length,
    compare,
    deflated_sharpe,
    expected_best,
    probabilistic_sharpe,
)
from include.evaluation.models import Rows, trust
from include.evaluation.placebo import shuffled
from include.evaluation.portfolio import exposures, profits, sharpe
from include.evaluation.sample import Sample, sample_of
from include.evaluation.walk_forward import TooLittleDataError, blocks
from include.market import PAIRS
from include.stages.catalogue import FEATURES
from include.stages.families import family_of
from include.stages.panel import Panel
from tests.panels import market

NAMES = [feature.name for feature in FEATURES]
DAY = np.timedelta64(1, "D")
START = np.datetime64("2024-01-01", "us")


def sample_with(returns, risk=1.0, *, can_trade=True):
    """One pair that moves, 27 that nobody forecasts."""
    all_returns = np.zeros((len(returns), 28))
    all_returns[:, 0] = returns
    shape = all_returns.shape
    return Sample(
        ts=START + np.arange(len(returns)) * DAY,
        returns=all_returns,
        late_returns=all_returns,
        risk=np.full(shape, risk),
        can_trade=np.broadcast_to(np.reshape(can_trade, (-1, 1)), shape),
        own=np.zeros((*shape, 1)),
        tier1=np.zeros((len(returns), 0)),
        columns=np.zeros((28, 0), int),
        families=(),
    )


def forecast_of(values):
    forecast = np.full((len(values), 28), np.nan)
    forecast[:, 0] = values
    return forecast


def test_daily_data_are_decided_on_at_each_bar_and_minutes_each_hour():
    assert horizon_of(START + np.arange(30) * DAY) == 1
    assert horizon_of(START + np.arange(30_000) * np.timedelta64(1, "m")) == 60


def test_decisions_are_a_horizon_apart_and_the_latest_ones():
    assert decision_bars(first=5, bars=1000, horizon=60, most=3).tolist() == [879, 939, 999]
    assert decision_bars(first=900, bars=1000, horizon=60, most=3).tolist() == [939, 999]


def test_a_year_has_as_many_decisions_as_the_data():
    assert per_year(START + np.arange(0, 800, 7) * DAY) == pytest.approx(365.25 / 7)


def test_a_pair_sees_its_currencies_itself_and_its_blocs():
    columns = columns_of_pairs(NAMES)
    assert columns.shape == (28, 28 + 28 + 4 + 12 + 12)
    eurusd = {NAMES[i] for i in columns[PAIRS.index("eurusd")]}
    assert {"eur_basket_index", "usd_basket_index", "eurusd_arbitrage_direction"} <= eurusd
    assert {"euro_bloc_index", "usd_bloc_index"} <= eurusd
    assert not {"gbp_basket_index", "eurgbp_arbitrage_direction", "commodity_bloc_index"} & eurusd
    assert set(columns.ravel()) == {NONE, *range(384)}


def test_sterling_has_no_bloc():
    columns = columns_of_pairs(NAMES)
    assert (columns[PAIRS.index("gbpusd")][60:72] == NONE).all()
    assert (columns[PAIRS.index("gbpusd")][72:] != NONE).all()


def test_the_windows_of_a_quantity_are_one_family():
    assert family_of("aud_basket_momentum_accel_60") == "basket momentum accel"
    assert family_of("safe_haven_bloc_volatility_630") == "bloc volatility"
    assert family_of("nzd_basket_strength_vs_safe_haven") == "basket strength"
    assert family_of("eurusd_arbitrage_max_profit") == "arbitrage"
    assert len(set(families_of(columns_of_pairs(NAMES), NAMES))) == 14


def test_nothing_is_learnt_from_an_outcome_that_ends_less_than_a_horizon_before_the_judgement():
    days = START + np.arange(400) * DAY
    for block in blocks(days.astype("datetime64[M]")):
        last_learnt = block.learnt - 1
        assert last_learnt + 1 == block.start - 1  # where its outcome ends


def test_the_blocks_are_whole_months_one_after_the_other():
    months = (START + np.arange(3650) * DAY).astype("datetime64[M]")
    found = blocks(months)
    assert len(found) == 8
    assert [block.end for block in found[:-1]] == [block.start for block in found[1:]]
    assert found[-1].end == len(months)
    assert all(months[block.start] != months[block.start - 1] for block in found)


def test_two_months_are_too_little():
    with pytest.raises(TooLittleDataError, match="2 months with 60 decisions"):
        blocks((START + np.arange(60) * DAY).astype("datetime64[M]"))


def decided_on(close, at):
    ts = START + np.arange(close.shape[1]) * np.timedelta64(1, "m")
    return sample_of(Panel(ts, close), at, 60, 60, np.zeros((len(at), 0)), np.zeros((28, 0), int), ())


def test_an_outcome_is_the_log_return_until_the_next_decision():
    close, at = market(1500), np.arange(300, 1500, 60)
    decided = decided_on(close, at)
    for returns, bars in ((decided.returns, at), (decided.late_returns, at + 1)):
        np.testing.assert_allclose(returns[:-1], np.log(close[:, bars[1:]] / close[:, bars[:-1]]).T)
        assert np.isnan(returns[-1]).all()


def test_what_is_known_at_a_decision_rests_on_the_prices_until_then():
    close, at, cut = market(4000), np.arange(700, 4000, 60), 40
    later = close.copy()
    later[:, at[cut] + 1 :] *= np.random.default_rng(7).lognormal(0, 0.01, later[:, at[cut] + 1 :].shape)
    later[:, at[cut] + 1 :: 7] = np.nan
    before, after = decided_on(close, at), decided_on(later, at)
    for name in ("own", "risk", "can_trade"):
        np.testing.assert_array_equal(getattr(before, name)[: cut + 1], getattr(after, name)[: cut + 1])
        assert (getattr(before, name)[cut + 1 :] != getattr(after, name)[cut + 1 :]).any()
    np.testing.assert_array_equal(before.returns[:cut], after.returns[:cut])
    assert np.isfinite(before.risk[cut]).all()


def test_a_position_is_opened_for_a_round_trip_and_held_while_the_forecast_agrees():
    forecast = forecast_of([0.1, 0.3, 0.1, 0.05, -0.1, -0.3, np.nan])
    held = exposures(forecast, sample_with(np.zeros(7)), np.full(28, 0.1))[:, 0]
    assert held.tolist() == [0, 1, 1, 1, 0, -1, 0]


def test_half_the_risk_is_twice_the_position():
    forecast = forecast_of([0.5])
    held = [exposures(forecast, sample_with([0.0], risk), np.zeros(28))[0, 0] for risk in (0.01, 0.005)]
    assert held == [100, 200]


def test_nothing_changes_while_a_pair_has_no_bar():
    sample = sample_with(np.zeros(4), can_trade=[False, True, False, True])
    assert exposures(forecast_of([1, 1, -1, -1]), sample, np.zeros(28))[:, 0].tolist() == [0, 1, 1, -1]


def test_each_leg_is_paid_for():
    profit = profits(forecast_of([1, 1, -1]), sample_with([0.03, -0.01, 0.0], 0.01), np.full(28, 1e-3))
    assert (28 * profit).tolist() == pytest.approx([3 - 0.1, -1, -0.2])


def test_the_sharpe_ratio_of_a_year():
    profit = np.tile([0.02, -0.01], 100)
    assert sharpe(profit, 252) == pytest.approx(0.005 / profit.std(ddof=1) * np.sqrt(252))
    assert sharpe(np.zeros(10), 252) == 0


def test_a_forecast_that_held_is_trusted_and_noise_is_not():
    rng = np.random.default_rng(1)
    forecast, decisions = rng.standard_normal(2800), np.repeat(np.arange(100), 28)
    noise = rng.standard_normal(2800)

    def trusted(outcomes):
        return trust(forecast, Rows(forecast[:, np.newaxis], outcomes, decisions))

    assert trusted(forecast + noise) == pytest.approx(1, abs=0.1)
    assert trusted(forecast / 2 + noise) == pytest.approx(0.5, abs=0.1)
    assert trusted(noise) < 0.05
    assert 0 < trusted(-forecast) < 1e-5


def test_pairs_that_move_together_count_as_one():
    rng = np.random.default_rng(2)
    forecast, outcome = rng.standard_normal(30), rng.standard_normal(30)
    outcome += (0.25 - outcome @ forecast / (forecast @ forecast)) * forecast
    alone = trust(forecast, Rows(forecast[:, np.newaxis], outcome, np.arange(30)))
    many = [np.repeat(values, 28) for values in (forecast, outcome, np.arange(30))]
    assert trust(many[0], Rows(many[0][:, np.newaxis], *many[1:])) == pytest.approx(alone)


def test_a_placebo_has_the_same_rows_in_blocks_of_another_order():
    rows = np.arange(200.0)[:, np.newaxis]
    mixed = shuffled(rows)
    assert sorted(mixed.ravel()) == sorted(rows.ravel())
    assert (mixed != rows).mean() > 0.5
    assert (np.diff(mixed.ravel()) == 1).mean() > 0.9


def test_an_interval_shrinks_with_the_length_of_the_data():
    rng = np.random.default_rng(3)
    widths = []
    for length in (250, 4000):
        without, with_ = rng.standard_normal((2, length))
        found = compare(without, with_, 252)
        widths.append(found.high - found.low)
    assert widths[0] == pytest.approx(4 * widths[1], rel=0.2)


def test_what_both_portfolios_share_does_not_widen_the_interval():
    """They are drawn in the same blocks: drawn apart, these two had an interval as wide as any two."""
    shared, own = np.random.default_rng(4).standard_normal((2, 1000))
    alike, apart = compare(shared, shared + own / 10, 252), compare(shared, own, 252)
    assert alike.high - alike.low < (apart.high - apart.low) / 5


def test_a_block_is_as_long_as_the_memory_of_the_profits():
    steps = np.random.default_rng(6).standard_normal(2000)
    remembered = steps.copy()
    for i in range(1, len(steps)):
        remembered[i] += 0.8 * remembered[i - 1]
    assert block_length(steps) < 4
    assert block_length(remembered) > 10
    assert block_length(np.zeros(100)) == 1


def test_where_nothing_was_traded_the_difference_is_zero():
    found = compare(np.zeros(100), np.zeros(100), 252)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert deflated_sharpe(np.zeros(100), [np.zeros(100)] * 6) is None


def test_the_example_of_the_paper_on_the_deflated_sharpe_ratio():
    """Bailey & Lopez de Prado (2014), "A numerical example": 2.5 a year, the best of 100, in 5 years."""
    above = expected_best(np.sqrt(0.5 / 250), tried=100)
    assert above == pytest.approx(0.1132, abs=5e-5)
    found = probabilistic_sharpe(2.5 / np.sqrt(250), above, length=1250, skewness=-3, tails=10)
    assert found == pytest.approx(0.9004, abs=5e-5)


def test_what_is_deflated_has_the_shape_of_its_profits():
    rng = np.random.default_rng(8)
    profit, other = rng.exponential(size=(2, 500)) - 0.9
    standard = (profit - profit.mean()) / profit.std()
    ratios = [sharpe(it, 1) for it in (profit, other)]
    above = expected_best(float(np.std(ratios, ddof=1)), tried=2)
    shape = {"skewness": (standard**3).mean(), "tails": (standard**4).mean()}
    want = probabilistic_sharpe(ratios[0], above, length=500, **shape)
    assert deflated_sharpe(profit, [profit, other]) == pytest.approx(want)


def test_the_best_of_many_worthless_strategies_is_taken_for_luck():
    rng = np.random.default_rng(5)
    tried = list(rng.standard_normal((50, 1000)))
    best = max(tried, key=np.mean)
    lucky, alone = deflated_sharpe(best, tried), deflated_sharpe(best + 0.2, tried)
    assert lucky is not None
    assert alone is not None
    assert lucky < 0.9
    assert alone > 0.99
