"""No value depends on a later bar, nor on bars that its formula does not name."""

import numpy as np
import pytest

from tests.agreement import assert_identical, cut, stage_features
from tests.panels import PANELS, gaps_and_outages, market

SEEN = slice(0, 1_000)


@pytest.fixture(scope="module")
def close():
    return gaps_and_outages()


@pytest.fixture(scope="module")
def whole(close):
    return stage_features(close)


@pytest.mark.parametrize("bars", [1, 61, 62, 631, 760, 1_000, 1_379])
def test_cutting_the_future_changes_nothing(close, whole, bars):
    assert_identical(stage_features(close[:, :bars]), cut(whole, slice(bars)))


@pytest.mark.parametrize("panel", ["stale pairs", "a bar in twenty", "spikes, then flat", "prices on ticks"])
def test_cutting_the_future_changes_nothing_in(panel):
    close = PANELS[panel]()
    assert_identical(stage_features(close[:, SEEN]), cut(stage_features(close), SEEN))


def test_another_future_changes_nothing(close, whole):
    future = market(seed=9)[:, : close.shape[1]]
    other = np.where(np.arange(close.shape[1]) < SEEN.stop, close, future)
    assert_identical(cut(stage_features(other), SEEN), cut(whole, SEEN))


def test_a_future_without_a_price_changes_nothing(close, whole):
    empty = close.copy()
    empty[:, SEEN.stop :] = np.nan
    assert_identical(cut(stage_features(empty), SEEN), cut(whole, SEEN))


def test_bars_beyond_the_longest_look_back_change_nothing(close, whole):
    """630 bars of the longest window and 60 bars of carried prices before bar 800; bar 0 sets the scale."""
    other = close.copy()
    other[:, 1 : 800 - 690] = market(seed=9)[:, 1 : 800 - 690]
    late = slice(800, None)
    assert_identical(cut(stage_features(other), late), cut(whole, late))
