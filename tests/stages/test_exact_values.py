"""Where the contract says exactly zero, exactly NULL or nothing left, close to it is not enough."""

import re

import numpy as np
import pytest

from oracle.features import reference_features
from oracle.market import PAIRS
from tests.agreement import assert_agree, assert_identical, cut, stage_features
from tests.panels import (
    BARS,
    flat_market,
    market,
    pairs_of,
    spikes_in_a_flat_market,
    spikes_then_flat,
    with_spike,
    without,
)

LONGEST = 630


def columns(features, pattern):
    """Name and values of the columns whose name matches."""
    found = {name: column for name, column in features.items() if re.search(pattern, name)}
    assert found
    return found.items()


def window_of(name):
    """The number at the end of a column's name, 0 where it has none."""
    found = re.search(r"_(\d+)$", name)
    return int(found[1]) if found else 0


def test_in_a_flat_market_nothing_moves_at_all():
    got = stage_features(flat_market())
    for name, column in columns(got, "_volatility_|_momentum_|_dispersion_|_breadth_"):
        assert (column[window_of(name) :] == 0).all(), name
    for name, column in columns(got, "_coherence_"):
        assert np.isnan(column).all(), name
    for name, column in columns(got, "_index"):
        assert (column == column[0]).all(), name


def test_once_a_spike_left_the_window_a_flat_market_is_flat_again():
    got = stage_features(spikes_then_flat())
    back = 704  # first bar whose return knows nothing of the spike of USDJPY at bar 702
    for name, column in columns(got, "_volatility_"):
        quiet = back + window_of(name) - 1
        assert (column[quiet:] == 0).all(), name
        if name.startswith(("jpy", "usd", "safe_haven")):
            assert (column[LONGEST:quiet] > 0).all(), name
    for name, column in columns(got, "_coherence_"):
        assert np.isnan(column[back + window_of(name) - 1 :]).all(), name


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("euro_bloc_coherence_60", 0, -1),
        ("euro_bloc_coherence_240", 400, 200 + 240),
        ("safe_haven_bloc_coherence_60", 420, 400 + 60),
        ("safe_haven_bloc_coherence_240", 420, 400 + 240),
        ("commodity_bloc_coherence_240", 0, -1),
        ("usd_bloc_coherence_240", 0, -1),
    ],
)
def test_coherence_exists_exactly_while_the_spikes_of_two_border_pairs_are_in_the_window(column, first, last):
    """EURUSD spikes at bar 200, EURJPY at 400, AUDJPY at 420; nothing else ever moves."""
    got = stage_features(spikes_in_a_flat_market())
    assert np.flatnonzero(~np.isnan(got[column])).tolist() == list(range(first, last + 1))


@pytest.mark.parametrize("factor", [1.05, 10.0])
def test_a_spike_that_left_every_window_leaves_no_trace(factor):
    calm = market()
    spiked = with_spike(calm, "eurusd", 700, factor)
    after = slice(700 + LONGEST + 1, None)
    assert_identical(cut(stage_features(spiked), after), cut(stage_features(calm), after))


def test_accuracy_does_not_wear_off_in_a_long_history():
    close = with_spike(market(50_000), "usdjpy", 5_000, 10.0)
    end = slice(-1_000, None)
    assert_agree(cut(stage_features(close), end), reference_features(close, bars=end))


def null_bars(name, stale, bar_missing):
    """Where a column of a market without GBP is NULL, from the bars that its formula names."""
    bars = np.arange(len(stale))
    window = window_of(name)
    if "_arbitrage_" in name:
        return bar_missing & ("gbp" in name)
    if "_volatility_" in name or "_coherence_" in name:
        lags = range(window + 1)
    elif "_accel_" in name:
        lags = (0, window // 2, window)
    else:
        lags = (0, window)
    return np.any([(bars < lag) | stale[np.maximum(bars - lag, 0)] for lag in lags], axis=0)


def test_a_missing_currency_is_null_wherever_a_formula_names_it_and_nowhere_else():
    bars = np.arange(BARS)
    bar_missing = (bars >= 700) & (bars < 900)
    stale = (bars >= 760) & (bars < 900)  # 60 bars are carried
    got = stage_features(without(market(), pairs_of("GBP"), slice(700, 900)))
    for name, column in got.items():
        assert np.array_equal(np.isnan(column), null_bars(name, stale, bar_missing)), name


def test_a_missing_pair_inside_a_bloc_blanks_its_own_arbitrage_only():
    """AUD and CAD are both in the commodity bloc: this pair is at the border of no bloc."""
    whole = stage_features(market())
    got = stage_features(without(market(), [PAIRS.index("audcad")], slice(700, None)))
    for name, column in got.items():
        if name.startswith("audcad"):
            assert np.isnan(column).tolist() == [False] * 700 + [True] * 800, name
        else:
            assert np.array_equal(np.isnan(column), np.isnan(whole[name])), name


def test_a_missing_border_pair_blanks_what_compares_the_border_pairs():
    whole = stage_features(market())
    got = stage_features(without(market(), [PAIRS.index("eurusd")], slice(700, None)))
    for name, column in columns(got, "_(basket|bloc)_"):
        compares = re.match("(euro|usd)_bloc_(coherence|dispersion|breadth)", name)
        gone = np.arange(BARS) >= (760 if compares else BARS)
        assert np.array_equal(np.isnan(column), np.isnan(whole[name]) | gone), name
