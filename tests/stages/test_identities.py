"""What follows from the definitions, in markets that nobody chose by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.features import reference_features
from oracle.market import BLOCS, CURRENCIES, PAIRS
from tests.agreement import assert_agree, assert_identical, cut, stage_features
from tests.panels import grid, market, pairs_of, without

examples = settings(max_examples=15, derandomize=True, deadline=None, database=None)


@st.composite
def panels(draw):
    """Some 150 bars: calm or wild, with a share of bars missing, maybe an outage, maybe a spike."""
    seed = draw(st.integers(0, 2**32 - 1))
    volatility = draw(st.sampled_from([1e-7, 1e-5, 1e-3, 1e-1]))
    noise = draw(st.sampled_from([0.0, 1e-6, 1e-3]))
    close = market(150, seed=seed, volatility=volatility, noise=noise)
    missing = draw(st.sampled_from([0.0, 0.1, 0.9]))
    absent = np.random.default_rng(seed).random(close.shape) < missing
    absent[:, 0] = False
    close[absent] = np.nan
    if draw(st.booleans()):
        k, start = draw(st.integers(0, 27)), draw(st.integers(1, 149))
        close = without(close, [k], slice(start, start + draw(st.integers(1, 100))))
    if draw(st.booleans()):
        k, t = draw(st.integers(0, 27)), draw(st.integers(1, 140))
        close[k, t] *= draw(st.sampled_from([0.1, 0.95, 1.05, 10.0]))
    return grid(close)


def stack(features, names):
    return np.array([features[name] for name in names])


@examples
@given(panels())
def test_any_market_agrees_with_the_reference(close):
    assert_agree(stage_features(close), reference_features(close))


@examples
@given(panels())
def test_the_logs_of_the_eight_indices_add_up_to_zero(close):
    got = stage_features(close)
    index = stack(got, [f"{c.lower()}_basket_index" for c in CURRENCIES])
    known = ~np.isnan(index).any(axis=0)
    assert np.log(index[:, known] / 100).sum(axis=0) == pytest.approx(0, abs=1e-12)


@examples
@given(panels())
def test_coherence_and_breadth_are_within_one_and_no_deviation_is_negative(close):
    got = stage_features(close)
    for name, column in got.items():
        known = column[~np.isnan(column)]
        if "_coherence_" in name or "_breadth_" in name:
            assert (np.abs(known) <= 1 + 1e-9).all(), name
        if "_volatility_" in name or "_dispersion_" in name or name.endswith("_max_profit"):
            assert (known >= 0).all(), name


@examples
@given(panels())
def test_net_profit_is_at_most_the_gross_one_and_a_direction_needs_an_opportunity(close):
    got = stage_features(close)
    profit, opportunity, direction, best = (
        stack(got, [f"{pair}_arbitrage_{quantity}" for pair in PAIRS])
        for quantity in ("profit_pct", "opportunity", "direction", "max_profit")
    )
    known = ~np.isnan(profit)
    for column in (opportunity, direction, best):
        assert np.array_equal(np.isnan(column), ~known)
    assert (profit[known] <= best[known]).all()
    assert np.array_equal(opportunity[known], profit[known] > 0)
    assert np.array_equal(direction[known] != 0, opportunity[known] == 1)


@examples
@given(panels())
def test_the_best_triangle_of_all_serves_three_pairs(close):
    got = stage_features(close)
    profit = stack(got, [f"{pair}_arbitrage_profit_pct" for pair in PAIRS])
    profit = np.sort(np.where(np.isnan(profit), -np.inf, profit), axis=0)
    somewhere = np.isfinite(profit[-1])
    assert profit[-3, somewhere] == pytest.approx(profit[-1, somewhere], abs=1e-9)


@examples
@given(panels())
def test_a_bloc_of_one_currency_has_the_index_of_that_currency(close):
    got = stage_features(close)
    singles = {bloc: members[0].lower() for bloc, members in BLOCS.items() if len(members) == 1}
    for bloc, currency in singles.items():
        for quantity in ("index", "volatility_60"):
            want = got[f"{currency}_basket_{quantity}"]
            assert got[f"{bloc}_bloc_{quantity}"] == pytest.approx(want, rel=1e-9, abs=1e-9, nan_ok=True)


@examples
@given(panels(), st.sampled_from(CURRENCIES), st.sampled_from([0.001, 1.936_27, 1_000.0]))
def test_a_currency_in_another_denomination_changes_nothing(close, currency, factor):
    """As when a thousand old units become a new one: every price of the currency is rescaled for ever."""
    rescaled = close.copy()
    for k in pairs_of(currency):
        rescaled[k] *= factor if PAIRS[k].startswith(currency.lower()) else 1 / factor
    got, want = stage_features(rescaled), stage_features(close)
    names = [name for name in want if not depends_on_the_last_digit(name)]
    assert_agree({name: got[name] for name in names}, {name: want[name] for name in names})


def depends_on_the_last_digit(name):
    """Whether moves as small as the rounding of a price decide: counts, signs, correlations of nothing."""
    return any(part in name for part in ("_coherence_", "_breadth_", "_opportunity", "_direction"))


@examples
@given(panels(), st.integers(1, 149))
def test_cutting_the_future_changes_nothing(close, bars):
    assert_identical(stage_features(close[:, :bars]), cut(stage_features(close), slice(bars)))
