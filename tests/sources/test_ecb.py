"""The reference rates: every currency, every working day since 1999, consistent crosses."""

import numpy as np
import pandas as pd

from include.market import PAIRS
from include.sources.ecb import bars, closes


def test_all_pairs_have_a_price_every_working_day_since_1999():
    prices = closes()
    assert list(prices.columns) == list(PAIRS)
    assert prices.index[0] == pd.Timestamp("1999-01-04", tz="UTC")
    assert len(prices) > 7_000
    assert prices.notna().all(axis=None)
    assert prices.index.is_monotonic_increasing
    assert (prices.index.day_of_week < 5).all()


def test_a_known_day_has_the_rates_that_the_bank_published():
    day = closes().loc["2024-01-02"]
    assert day["eurusd"] == 1.0956
    assert day["eurjpy"] == 155.68
    assert day["usdjpy"] == 155.68 / 1.0956


def test_crosses_are_consistent():
    prices = closes()
    np.testing.assert_allclose(prices["gbpusd"] * prices["usdjpy"], prices["gbpjpy"], rtol=1e-14)


def test_bars_are_what_the_loader_takes():
    assert set(bars()["pair"]) == set(PAIRS)
    assert bars()["close"].notna().all()
