"""A bar that comes twice is taken once; two different ones of the same time are a mistake that is named."""

import numpy as np
import pytest

from include.sources.bars import PairBars
from include.sources.errors import BadPricesError
from include.sources.repeats import without_repeats

MINUTES = np.array(["2024-01-02T00:01", "2024-01-02T00:00", "2024-01-02T00:01"], "datetime64[us]")


def bars(**known):
    return PairBars("eurusd", MINUTES, {name: np.array(values, float) for name, values in known.items()})


def test_the_same_bar_again_is_dropped_and_counted():
    joined, dropped = without_repeats("x.csv", bars(close=[1.1, 1.0, 1.1]))
    assert (joined.ts.tolist(), joined.known["close"].tolist()) == (sorted(set(MINUTES.tolist())), [1.0, 1.1])
    assert dropped == 1


def test_what_only_one_of_them_knows_is_kept():
    joined, _ = without_repeats("x.csv", bars(close=[1.1, 1.0, 1.1], volume=[np.nan, 5, 7]))
    assert joined.known["volume"].tolist() == [5, 7]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"close": [1.1, 1.0, 1.2]}, "with close 1.1 and 1.2"),
        ({"close": [1.1, 1.0, 1.1], "volume": [3, 5, 7]}, "with volume 3.0 and 7.0"),
        ({"open": [np.nan] * 3, "close": [1.2, 1.0, 1.1]}, "with close 1.1 and 1.2"),
    ],
)
def test_different_bars_of_one_time_are_refused(known, said):
    with pytest.raises(BadPricesError, match=said) as refused:
        without_repeats("x.csv", bars(**known))
    assert "x.csv: eurusd at 2024-01-02T00:01:00+00:00 occurs twice" in str(refused.value)
    assert str(refused.value).endswith("(1 such times): keep the right one")


@pytest.mark.parametrize(
    ("hour", "clock"),
    [("2024-11-03T01:30", "America/New_York"), ("2024-10-27T01:30", "Europe/London"),
     ("2024-10-27T02:30", "Europe/Berlin"), ("2024-10-27T03:30", "Europe/Helsinki"),
     ("2024-11-03T08:30", r"America/New_York\+7")],
)  # fmt: skip
def test_an_hour_that_a_clock_showed_twice_is_suspected(hour, clock):
    twice = PairBars("eurusd", np.array([hour] * 2, "datetime64[us]"), {"close": np.array([1.1, 1.2])})
    with pytest.raises(BadPricesError, match=f"a clock that was put back then: give --timezone {clock}"):
        without_repeats("x.csv", twice)
