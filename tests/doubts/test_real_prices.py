"""Prices that are fine raise no alarm: real ones, the ECB's, those that are made up, and the cases that are not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from include.market import PAIRS
from include.sources import ecb
from include.sources.synthetic import month_of_prices
from include.stages.panel import Panel
from tests.doubts.market import lines, told

SHARED = Path("/work/shared")


def of_table(closes: pd.DataFrame) -> Panel:
    times = pd.DatetimeIndex(closes.index).tz_convert("UTC").tz_localize(None)
    return Panel(times.to_numpy().astype("datetime64[us]"), closes[list(PAIRS)].to_numpy(float).T.copy())


def test_the_reference_rates_of_the_ecb_are_fine():
    assert {line.result for line in lines(of_table(ecb.closes()))} == {"ok"}


def test_made_up_prices_are_fine():
    month = np.datetime64("2024-07", "M")
    assert {line.result for line in lines(month_of_prices(month))} == {"ok"}
