"""Prices that are fine raise no alarm: real ones, the ECB's, made up ones; the cases of others do."""

import numpy as np
import pandas as pd
import pytest

from include.market import PAIRS
from include.sources import ecb
from include.sources.synthetic import month_of_prices
from include.stages.panel import Panel
from tests.doubts.market import lines, told
from tests.outside import CASES, PRICES


def of_table(closes: pd.DataFrame) -> Panel:
    times = pd.DatetimeIndex(closes.index).tz_convert("UTC").tz_localize(None)
    return Panel(times.to_numpy().astype("datetime64[us]"), closes[list(PAIRS)].to_numpy(float).T.copy())


def test_the_reference_rates_of_the_ecb_are_fine():
    assert {line.result for line in lines(of_table(ecb.closes()))} == {"ok"}


def test_made_up_prices_are_fine():
    month = np.datetime64("2024-07", "M")
    assert {line.result for line in lines(month_of_prices(month))} == {"ok"}


@pytest.mark.skipif(not PRICES.exists(), reason="the real prices are not part of this repository")
def test_a_year_of_real_prices_is_fine():
    closes = pd.read_parquet(PRICES).pivot_table(index="ts_utc", columns="pair", values="close")
    assert {line.result for line in lines(of_table(closes))} == {"ok"}


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not part of this repository")
@pytest.mark.parametrize(
    ("file", "name", "says"),
    [
        ("15-pair-that-cannot-be-true/eurgbp-inverse", "cross rates", "eurgbp is quoted inversely"),
        ("15-pair-that-cannot-be-true/usdjpy-by-100", "cross rates", "usdjpy is quoted at 1/100 of"),
        ("13-bad-tick/standing-market-usdjpy-x1e5", "spikes", "usdjpy has spikes"),
    ],
)
def test_what_people_have_met_is_said(file, name, says):
    closes = pd.read_parquet(CASES / f"{file}.parquet").set_index("ts_utc")
    (line,) = told(of_table(closes), of=name)
    assert line.found.startswith(says)
