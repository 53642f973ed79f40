"""A year of real 15-minute prices: every feature at every bar against the reference."""

import pandas as pd
import pytest

from include.pipeline.from_file import features
from oracle.features import reference_features
from oracle.market import PAIRS
from tests.agreement import assert_agree, stage_features
from tests.outside import PRICES
from tests.stages.test_months import columns_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PRICES.exists(), reason="the real prices are not part of this repository"),
]


@pytest.fixture(scope="module")
def prices():
    return pd.read_parquet(PRICES).pivot_table(index="ts_utc", columns="pair", values="close", observed=True)[
        list(PAIRS)
    ]


@pytest.fixture(scope="module")
def reference(prices):
    return reference_features(prices.to_numpy().T)


def test_the_prices_have_gaps_and_most_bars_are_complete(prices):
    assert len(prices) > 24_000
    assert 0.9 < prices.notna().all(axis=1).mean() < 1


def test_all_features_agree_with_the_reference_at_every_bar(prices, reference):
    assert_agree(stage_features(prices.to_numpy().T), reference)


def test_all_months_agree_with_the_reference_at_every_bar(prices, reference):
    assert_agree(columns_of(features(prices)), reference)
