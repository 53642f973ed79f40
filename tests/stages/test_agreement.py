"""Every feature at every bar, against the independent reference."""

import numpy as np
import pytest

from oracle.features import reference_features
from tests.agreement import assert_agree, assert_identical, cut, stage_features
from tests.panels import PANELS, gaps_and_outages, market, sparse, stale_pairs


@pytest.mark.parametrize("panel", PANELS)
def test_all_features_agree_with_the_reference_in(panel):
    close = PANELS[panel]()
    assert_agree(stage_features(close), reference_features(close))


@pytest.mark.parametrize("base_bar", [1, 400, 1_499])
def test_the_base_bar_may_be_any_bar(base_bar):
    close = market()
    assert_agree(stage_features(close, base_bar), reference_features(close, base_bar))


def test_the_base_bar_is_the_first_complete_one_after_the_base_time():
    close = stale_pairs()  # incomplete from bar 360 to 499
    assert_agree(stage_features(close, 370), reference_features(close, 500))


@pytest.mark.parametrize(("max_stale_bars", "base_bar"), [(60, 330), (31, 330), (30, 500)])
def test_carried_prices_can_complete_the_base_bar_while_they_are_young_enough(max_stale_bars, base_bar):
    close = stale_pairs()  # one pair has no bar from 300 to 499: at bar 330 its price is 31 bars old
    assert_agree(
        stage_features(close, 330, max_stale_bars=max_stale_bars),
        reference_features(close, base_bar, max_stale_bars=max_stale_bars),
    )


@pytest.mark.parametrize("max_stale_bars", [0, 1, 200])
def test_the_greatest_age_of_a_price_is_an_option(max_stale_bars):
    close = gaps_and_outages()
    assert_agree(
        stage_features(close, max_stale_bars=max_stale_bars),
        reference_features(close, max_stale_bars=max_stale_bars),
    )


@pytest.mark.parametrize("threshold_pct", [-0.02, 0.0, 0.01])
def test_costs_and_threshold_are_options(threshold_pct):
    close = sparse(0.8, seed=5)
    cost_bps = np.random.default_rng(5).uniform(0, 1, 28)
    want = reference_features(close, cost_bps=cost_bps, threshold_pct=threshold_pct)
    assert_agree(stage_features(close, cost_bps=cost_bps, threshold_pct=threshold_pct), want)
    opportunities = np.concatenate([want[name] for name in want if name.endswith("_opportunity")])
    assert {0, 1} <= set(opportunities)


def test_the_reference_can_judge_the_end_of_a_history_on_its_own():
    close = gaps_and_outages()
    end = slice(1_300, None)
    assert_identical(reference_features(close, bars=end), cut(reference_features(close), end))
