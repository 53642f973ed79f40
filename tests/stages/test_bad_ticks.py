"""Prices that nobody traded, such as one at a hundred thousand times itself, cost no column its accuracy."""

from datetime import UTC, datetime
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.pipeline.from_file import features
from oracle.currency_blocs import border_prices
from oracle.features import reference_features
from oracle.market import BLOCS, PAIRS
from tests.agreement import assert_agree, assert_identical, cut, stage_features
from tests.bad_ticks import MARKETS, Tick, standing_market, with_ticks
from tests.panels import flat_market, grid, on_ticks
from tests.stages.test_months import LOOK_BACK, columns_of, hourly

BARS = 760
"""More than the longest window, so that a tick can enter every window and leave it."""
FACTORS = (1e5, 1e-5, 1e3, 1e-2, 10.0)


def one_pair_moves_by_a_tick():
    """USDJPY is a hundred thousand times itself for a bar; as it comes back, EURUSD moves by a digit."""
    close = on_ticks(flat_market(620))
    close[PAIRS.index("eurusd"), 301:] += 1e-5
    return with_ticks(close, [Tick("usdjpy", 300, 1e5)])


TICKS = {
    "one bar": [Tick("usdjpy", 100, 1e5)],
    "one bar, far too little": [Tick("eurusd", 110, 1e-5)],
    "the first bar of all windows": [Tick("gbpjpy", 1, 1e5)],
    "the last bar": [Tick("gbpjpy", BARS - 1, 1e5)],
    "a minute apart, up and down": [Tick("usdjpy", 300, 1e5), Tick("usdjpy", 301, 1e-5)],
    "several pairs at once": [Tick(pair, 300, 1e5) for pair in ("usdjpy", "eurjpy", "chfjpy", "audnzd")],
    "against each other": [Tick("eurusd", 300, 1e5), Tick("eurjpy", 300, 1e-5), Tick("eurgbp", 301, 1e5)],
    "one after the other": [Tick(p, 90 + 59 * i, 1e5) for i, p in enumerate(("nzdusd", "usdcad", "eurcad"))],
    "carried over a gap": [Tick("usdjpy", 300, 1e5, bars_missing=40), Tick("eurusd", 310, 1e-5, 1, 70)],
    "a stretch in another unit": [Tick("usdjpy", 200, 1e5, bars=100), Tick("nzdcad", 250, 0.01, bars=61)],
}


@pytest.mark.parametrize("ticks", TICKS.values(), ids=TICKS)
def test_all_features_agree_with_the_reference_after_bad_ticks(ticks):
    close = with_ticks(standing_market(BARS), ticks)
    assert_agree(stage_features(close), reference_features(close))


@st.composite
def bad_ticks(draw):
    """One to four ticks, anywhere, in any market; some of them are carried over a gap."""
    close = draw(st.sampled_from(sorted(MARKETS)))
    ticks = draw(
        st.lists(
            st.builds(
                Tick,
                st.sampled_from(PAIRS),
                st.integers(1, BARS - 1),
                st.sampled_from(FACTORS),
                st.sampled_from([1, 1, 2, 60]),
                st.sampled_from([0, 0, 1, 60, 61]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return grid(with_ticks(MARKETS[close](BARS), ticks))


@settings(max_examples=12, derandomize=True, deadline=None, database=None)
@given(bad_ticks())
def test_any_bad_ticks_in_any_market_agree_with_the_reference(close):
    assert_agree(stage_features(close), reference_features(close))


def test_a_pair_that_moves_by_a_tick_beside_a_bad_one():
    close = one_pair_moves_by_a_tick()
    assert_agree(stage_features(close), reference_features(close))


def exact_coherence(close, bloc, bar, w):
    """The contract's formula to the letter at one bar, with 60 digits."""

    def variance(values):
        mean = sum(values) / w
        return sum((value - mean) ** 2 for value in values) / (w - 1)

    with localcontext(prec=60):
        p = np.array([[Decimal(price).ln() for price in row] for row in close[:, bar - w : bar + 1].tolist()])
        d = np.diff(border_prices(p, BLOCS[bloc]), axis=1)
        variances = [variance(row) for row in d]
        sd_sum = sum(each.sqrt() for each in variances)
        return float((variance(d.sum(axis=0)) - sum(variances)) / (sd_sum**2 - sum(variances)))


@pytest.mark.parametrize(("w", "bar"), [(60, 351), (60, 360), (240, 301), (240, 462)])
def test_coherence_beside_a_bad_tick_is_what_60_digits_make_of_it(w, bar):
    close = one_pair_moves_by_a_tick()
    want = pytest.approx(exact_coherence(close, "usd", bar, w), rel=0, abs=1e-12)
    assert stage_features(close)[f"usd_bloc_coherence_{w}"][bar] == want
    assert reference_features(close)[f"usd_bloc_coherence_{w}"][bar] == want


MARCH = 1_056
"""The first bar of March, of hours on working days from January on."""


@pytest.fixture(scope="module")
def prices():
    """Four months that hardly move, with ticks where March begins, and a window or a look-back before."""
    ticks = [
        *(Tick("usdjpy", MARCH - bars, 1e5) for bars in (690, 631, 630, 241, 240, 61, 60)),
        Tick("eurusd", MARCH - 1, 1e-5),
        Tick("gbpjpy", MARCH, 1e5),
        Tick("audnzd", MARCH - 691, 1e5, bars_missing=61),
        Tick("nzdjpy", MARCH - 30, 1e-5, bars_missing=60),
    ]
    frame = hourly(with_ticks(standing_market(2_000), ticks))
    assert frame.index[MARCH] == datetime(2024, 3, 1, tzinfo=UTC)
    return frame


def test_all_months_agree_with_the_reference_where_ticks_are_around_their_beginning(prices):
    assert_agree(columns_of(features(prices)), reference_features(prices.to_numpy().T))


def test_a_month_has_the_same_bits_whatever_is_computed_before_and_after_it(prices):
    scale = prices.index[MARCH - 400].to_pydatetime()
    april = np.count_nonzero(prices.index < datetime(2024, 4, 1, tzinfo=UTC))
    whole = columns_of(features(prices, scale))
    alone = columns_of(features(prices[MARCH - LOOK_BACK : april], scale))
    assert_identical(cut(alone, slice(LOOK_BACK, None)), cut(whole, slice(MARCH, april)))
