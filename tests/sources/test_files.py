"""Files are read long or wide, CSV or Parquet, and refused by name where they cannot be used."""

import zipfile

import numpy as np
import pandas as pd
import pytest

from include.market import PAIRS
from include.sources.bars import to_bars
from include.sources.errors import BadPricesError
from include.sources.files import read_closes
from tests.sources.reading import file, read_bars, refusal

LONG = "ts_utc,pair,open,high,low,close,volume\n"
GOOD = "2024-01-01T00:00Z,eurusd,1.1,1.2,1.0,1.15,7\n2024-01-01T00:01+00:00,EURUSD,,,,1.16,\n"


def test_a_long_csv_is_read(tmp_path):
    bars = read_bars(file(tmp_path, LONG + GOOD))
    assert bars["pair"].tolist() == ["eurusd", "eurusd"]
    assert bars["close"].tolist() == [1.15, 1.16]
    assert bars["ts_utc"].dt.tz_convert("UTC").dt.minute.tolist() == [0, 1]


def test_a_wide_parquet_and_its_long_csv_are_the_same_bars(tmp_path):
    times = pd.date_range("2024-01-01", periods=3, freq="min", tz="UTC", unit="us", name="ts_utc")
    wide = pd.DataFrame({pair: [1.0 + k, float("nan"), 2.0 + k] for k, pair in enumerate(PAIRS)}, index=times)
    wide.reset_index().to_parquet(tmp_path / "wide.parquet")
    bars = read_bars(tmp_path / "wide.parquet")
    bars.to_csv(tmp_path / "long.csv", index=False)
    known = ["ts_utc", "pair", "close"]
    pd.testing.assert_frame_equal(read_bars(tmp_path / "long.csv")[known], bars[known])
    assert len(bars) == 2 * 28
    assert read_closes(tmp_path / "wide.parquet").shape == (2, 28)


def test_a_zip_is_read_whole(tmp_path):
    with zipfile.ZipFile(tmp_path / "prices.zip", "w") as archive:
        archive.writestr("eurusd-1.csv", "ts_utc,close\n2024-01-01T00:00Z,1.1\n")
        archive.writestr("eurusd-2.csv", "ts_utc,close\n2024-01-01T00:01Z,1.2\n")
    bars = read_bars(tmp_path / "prices.zip")
    assert bars[["pair", "close"]].to_numpy().tolist() == [["eurusd", 1.1], ["eurusd", 1.2]]


def test_times_of_other_zones_become_utc(tmp_path):
    bars = read_bars(file(tmp_path, "ts_utc,pair,close\n2024-01-01T02:00+02:00,eurusd,1.1\n"))
    assert bars["ts_utc"].iloc[0] == pd.Timestamp("2024-01-01", tz="UTC")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2024-01-01 00:00,eurusd,1.1", "row 0: ts_utc '2024-01-01 00:00' has no UTC offset (1 such rows)"),
        ("2024-01-01,eurusd,1.1", "row 0: ts_utc '2024-01-01' has no UTC offset"),
        ("2024-13-01T00:00Z,eurusd,1.1", "row 0: ts_utc '2024-13-01T00:00Z' is not a time"),
        (",eurusd,1.1", "row 0: ts_utc"),
        ("2024-01-01T00:00Z,eurxxx,1.1", "row 0: unknown pair 'eurxxx'; the pairs are audcad"),
        ("2024-01-01T00:00Z,eurusd,0", "eurusd at 2024-01-01T00:00:00+00:00: close is 0.0 (1 such rows)"),
        ("2024-01-01T00:00Z,eurusd,-1.1", "close is -1.1"),
        ("2024-01-01T00:00Z,eurusd,", "close is nan"),
        ("2024-01-01T00:00Z,eurusd,inf", "close is inf"),
        ("2024-01-01T00:00Z,eurusd,abc", "a value of close is not a number"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, message):
    assert message in refusal(tmp_path, f"ts_utc,pair,close\n{row}\n")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2024-01-01T00:00Z,eurusd,-5,,,1.1,", "eurusd at 2024-01-01T00:00:00+00:00: open is -5.0"),
        ("2024-01-01T00:00Z,eurusd,,inf,,1.1,", "high is inf"),
        ("2024-01-01T00:00Z,eurusd,,,,1.1,many", "a value of volume is not a number"),
        ("2024-01-01T00:00Z,eurusd,,,,1.1,-5", "volume is -5.0 (1 such rows); a volume is 0 or more"),
        ("2024-01-01T00:00Z,eurusd,,,,1.1,inf", "volume is inf"),
    ],
)
def test_the_other_numbers_are_looked_at_too(tmp_path, row, message):
    assert message in refusal(tmp_path, f"{LONG}{row}\n")


def test_prices_written_as_text_become_numbers(tmp_path):
    times = pd.date_range("2024-01-01", periods=1, freq="min", tz="UTC", name="ts_utc")
    pd.DataFrame(dict.fromkeys(PAIRS, "1.5"), index=times).reset_index().to_parquet(tmp_path / "text.parquet")
    assert (read_closes(tmp_path / "text.parquet") == 1.5).all(axis=None)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("a,b\nx,2\n", "prices.csv", "no column ts_utc or of another name for the time; it has a, b"),
        ("", "prices.csv", "prices.csv: no bars in it"),
        (LONG, "prices.csv", "prices.csv: no bars in it"),
        ("PAR1 and no more", "prices.csv", "cannot be read as Parquet"),
        ("1,2\n3,4\n", "prices.csv", "has no line with the columns' names; it begins with '1,2'"),
        ("ts_utc,pair,bid,ask\nx,eurusd,1,2\n", "prices.csv", "bid, ask may each be the close"),
        ("ts_utc,pair,open\nx,eurusd,1\n", "prices.csv", "no column close, and none named after a pair"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_it_should_have(tmp_path, text, name, message):
    assert message in refusal(tmp_path, text, name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadPricesError, match="no such file"):
        read_bars(tmp_path / "absent.csv")


def test_features_need_all_28_pairs(tmp_path):
    with pytest.raises(BadPricesError, match="no price for audcad, audchf"):
        read_closes(file(tmp_path, LONG + GOOD))


@pytest.fixture
def wide():
    """Three minutes of prices of all pairs, no two prices alike."""
    times = pd.date_range("2024-01-01", periods=3, freq="min", tz="UTC", unit="us", name="ts_utc")
    prices = 1 + np.arange(3 * len(PAIRS)).reshape(3, -1) / 100
    return pd.DataFrame(prices, index=times, columns=list(PAIRS))


def closes_of(tmp_path, wide):
    wide.to_parquet(tmp_path / "wide.parquet")
    return read_closes(tmp_path / "wide.parquet")


def test_a_wide_file_comes_back_in_order_of_times_and_pairs(tmp_path, wide):
    found = closes_of(tmp_path, wide.iloc[[2, 0, 1], ::-1].rename(columns=str.upper))
    pd.testing.assert_frame_equal(found, wide, check_freq=False)


def test_a_long_file_gives_the_same_closes(tmp_path, wide):
    to_bars(wide).sample(frac=1, random_state=1).to_csv(tmp_path / "long.csv", index=False)
    found = read_closes(tmp_path / "long.csv")
    pd.testing.assert_frame_equal(found, wide, check_freq=False, check_names=False)


def test_a_minute_without_any_price_is_no_bar(tmp_path, wide):
    wide.iloc[1] = np.nan
    wide.iloc[2, 3] = np.nan
    pd.testing.assert_frame_equal(closes_of(tmp_path, wide), wide.iloc[[0, 2]], check_freq=False)


def test_a_pair_without_any_price_is_missing(tmp_path, wide):
    with pytest.raises(BadPricesError, match="no price for eurusd; all 28"):
        closes_of(tmp_path, wide.assign(eurusd=np.nan))


def test_halves_of_a_minute_in_two_rows_are_one_bar(tmp_path, wide):
    halves = wide.iloc[[1, 1]].copy()
    halves.iloc[0, :14] = halves.iloc[1, 14:] = np.nan
    found = closes_of(tmp_path, pd.concat([wide.iloc[[0, 2]], halves]))
    pd.testing.assert_frame_equal(found, wide, check_freq=False, check_names=False)


def test_a_minute_that_a_wide_file_has_twice_is_one_bar(tmp_path, wide):
    found = closes_of(tmp_path, wide.iloc[[0, 1, 1, 2]])
    pd.testing.assert_frame_equal(found, wide, check_freq=False)


@pytest.mark.parametrize("price", [0.0, -1.5, np.inf, -np.inf])
def test_a_price_of_a_wide_file_that_cannot_be_is_named(tmp_path, wide, price):
    wide.loc["2024-01-01T00:01Z", "eurusd"] = price
    with pytest.raises(
        BadPricesError, match=rf"eurusd at 2024-01-01T00:01:00\+00:00: close is {price} \(1 such"
    ):
        closes_of(tmp_path, wide)
