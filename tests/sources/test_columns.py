"""Columns are told by their names, in the names' common forms; what is not needed is ignored, and said."""

import pandas as pd
import pyarrow as pa
import pytest

from include.sources.errors import BadPricesError
from include.sources.hints import Hints
from include.sources.inputs import Input
from include.sources.pair_column import pairs_of_rows
from include.sources.reading import Reading
from tests.sources.reading import file, read_bars, refusal

TIME = "2024-01-01T00:00Z"


@pytest.mark.parametrize(
    ("date", "time"),
    [("20240101", "00:00:00"), ("2024.01.01", "00:00"), ("20240101", "000000"), ("x", "2024-01-01T00:00")],
)
@pytest.mark.parametrize("name", ["Time", "Timestamp", "<TIME>"])
def test_a_date_and_a_time_of_day_are_one_time(tmp_path, date, time, name):
    path = file(tmp_path, f"Date,{name},pair,close\n{date},{time},eurusd,1.1\n")
    assert read_bars(path, timezone="UTC")["ts_utc"].tolist() == [pd.Timestamp(TIME)]


def test_spaces_and_capitals_in_names_do_not_matter(tmp_path):
    bars = read_bars(file(tmp_path, f" Ts_UTC , Symbol , Close , Volume\n{TIME}, EUR/USD , 1.1 , 7\n"))
    assert bars[["pair", "close", "volume"]].to_numpy().tolist() == [["eurusd", 1.1, 7.0]]


@pytest.mark.parametrize("delimiters", [",", ",,,"])
def test_delimiters_at_the_end_of_lines_do_not_shift_columns(tmp_path, delimiters):
    bars = read_bars(file(tmp_path, f"ts_utc,pair,open,close\n{TIME},eurusd,1.1,1.2{delimiters}\n"))
    assert bars[["open", "close"]].to_numpy().tolist() == [[1.1, 1.2]]


def test_a_delimiter_at_the_end_of_the_header_only(tmp_path):
    assert read_bars(file(tmp_path, f"ts_utc,pair,close,\n{TIME},eurusd,1.2\n"))["close"].tolist() == [1.2]


def test_more_values_than_columns_are_refused(tmp_path):
    said = refusal(tmp_path, f"ts_utc,pair,close\n{TIME},eurusd,1,08497\n")
    assert (
        f"the line '{TIME},eurusd,1,08497' has 4 values for 3 columns: a decimal comma? Write prices" in said
    )


def test_fewer_values_than_columns_are_refused(tmp_path):
    said = refusal(tmp_path, f"ts_utc,pair,close\n{TIME},eurusd,1.1\n2024-01-01T00:01Z,eur")
    assert "the line '2024-01-01T00:01Z,eur' has 2 values for 3 columns: is the file cut off" in said


@pytest.mark.parametrize("last", ["147", "147.7", "1"])
def test_a_cut_last_line_is_refused(tmp_path, last):
    rows = "".join(f"2024-01-01T00:{minute:02}Z,usdjpy,147.{minute + 311}\n" for minute in range(9))
    said = refusal(tmp_path, f"ts_utc,pair,close\n{rows}2024-01-01T00:30Z,usdjpy,{last}")
    assert f"the last line has no line end, and its last value '{last}' is shorter than others" in said


@pytest.mark.parametrize(("last", "volume"), [("12", None), ("12.25", 12.25), ("", None)])
def test_a_volume_that_may_be_cut_is_taken_as_none(tmp_path, last, volume):
    rows = f"{TIME},eurusd,1.1,112.25\n2024-01-01T00:01Z,eurusd,1.1,{last}"
    bars = read_bars(file(tmp_path, f"ts_utc,pair,close,volume\n{rows}"))
    assert bars["volume"].astype(object).where(bars["volume"].notna(), None).tolist() == [112.25, volume]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_a_whole_last_line_is_read_with_or_without_its_end(tmp_path, end):
    text = f"ts_utc,pair,close{end or chr(10)}{TIME},usdjpy,147.311{end}"
    assert read_bars(file(tmp_path, text))["close"].tolist() == [147.311]


def notes_of(path, **hints):
    reading = Reading(Input(path), Hints(**hints))
    bars = [it for part in reading.bars() for it in part]
    return bars, list(reading.notes)


def test_other_columns_are_ignored_with_a_note(tmp_path):
    path = file(tmp_path, f"ts_utc,pair,close,spread,source\n{TIME},eurusd,1.1,2,x\n")
    bars, notes = notes_of(path)
    assert bars[0].known["close"].tolist() == [1.1]
    assert notes == ["column spread was ignored", "column source was ignored"]


def test_epoch_units_are_noted(tmp_path):
    _, notes = notes_of(file(tmp_path, "timestamp,close\n1704153600000,1.1\n", "eurusd.csv"))
    assert notes == ["times are epoch milliseconds"]


@pytest.mark.parametrize(
    "names",
    ["eurusd,USDJPY", "EUR/USD,USD/JPY", "EURUSD=X,JPY=X", "C:EURUSD,C:USDJPY", "eurusd_close,usdjpy_close",
     "close_eurusd,close_usdjpy", "EUR_USD,USD_JPY", "EURUSD Curncy,USDJPY Curncy"],
)  # fmt: skip
def test_wide_columns_are_named_after_pairs_in_any_spelling(tmp_path, names):
    bars = read_bars(file(tmp_path, f"ts_utc,{names},dxy\n{TIME},1.1,150,100\n"))
    assert bars[["pair", "close"]].to_numpy().tolist() == [["eurusd", 1.1], ["usdjpy", 150.0]]


def test_columns_of_a_field_and_a_pair(tmp_path):
    text = f"ts_utc,eurusd_open,eurusd_close,eurusd_spread,usdjpy_close\n{TIME},1.0,1.1,3,150\n"
    bars = read_bars(file(tmp_path, text)).set_index("pair")
    assert bars.loc["eurusd", ["open", "close"]].tolist() == [1.0, 1.1]
    assert bars.loc["usdjpy", "close"] == 150


def test_a_pair_the_other_way_round_is_named(tmp_path):
    said = refusal(tmp_path, f"ts_utc,pair,close\n{TIME},USD/EUR,0.9\n")
    assert "'USD/EUR' is eurusd the other way round: load 1 / price as eurusd" in said


def test_a_column_of_the_other_way_round_matters_only_where_there_is_no_other(tmp_path):
    bars = read_bars(file(tmp_path, f"ts_utc,eurusd,usdeur\n{TIME},1.25,0.8\n"))
    assert bars[["pair", "close"]].to_numpy().tolist() == [["eurusd", 1.25]]
    assert "'usdeur' is eurusd the other way round" in refusal(tmp_path, f"ts_utc,usdeur\n{TIME},0.8\n")


def test_what_a_file_cannot_say_is_said_beside_it(tmp_path):
    path = file(tmp_path, "when,what,last\n2024-01-01 00:00,1.3,1.2\n")
    bars = read_bars(path, pair="EUR/USD", timezone="UTC", time_column="when", close_column="what")
    assert bars[["pair", "close"]].to_numpy().tolist() == [["eurusd", 1.3]]


@pytest.mark.parametrize(
    ("hints", "what"),
    [
        ({}, "no column tells its pair, nor does its name: name it with --pair"),
        ({"pair": "btcusd"}, "unknown pair 'btcusd'; the pairs are audcad"),
        ({"pair": "usdeur"}, "is eurusd the other way round"),
        ({"time_column": "when"}, "none named 'when', as --time-column says; it has ts_utc, close"),
        ({"close_column": "bid"}, "none named 'bid', as --close-column says; it has ts_utc, close"),
    ],
)
def test_a_hint_that_is_missing_or_wrong_is_named(tmp_path, hints, what):
    assert what in refusal(tmp_path, f"ts_utc,close\n{TIME},1.1\n", **hints)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"ts_utc,pair,close,close\n{TIME},eurusd,1.1,1.2\n", "2 columns are named close; keep one of them"),
        (f"ts_utc,ts_utc,pair,close\n{TIME},{TIME},eurusd,1.1\n", "2 columns are named ts_utc; keep one"),
        (f"ts_utc,eurusd,EURUSD\n{TIME},1.1,1.2\n", "two columns are the close of eurusd; keep one of them"),
        (f"ts_utc,pair,close\n{TIME},eurusd,1.1\nts_utc,pair,close\n", "row 1: the columns' names again"),
        (
            f"ts_utc,0,1,2\n{TIME},1,2,3\n",
            "no column close, and none named after a pair; it has ts_utc, 0, 1, 2",
        ),
    ],
)
def test_columns_that_cannot_be_told_apart_are_refused(tmp_path, text, what):
    assert what in refusal(tmp_path, text)


@pytest.mark.parametrize("levels", [["close", "pair"], ["pair", "close"]])
def test_parquet_with_columns_of_two_levels(tmp_path, levels):
    names = {"close": ["open", "close"], "pair": ["eurusd", "usdjpy"]}
    columns = pd.MultiIndex.from_product([names[it] for it in levels], names=[None, None])
    table = pd.DataFrame(
        [[1.0, 2.0, 3.0, 4.0]], index=pd.DatetimeIndex([TIME], name="ts_utc"), columns=columns
    )
    table.to_parquet(tmp_path / "prices.parquet")
    bars = read_bars(tmp_path / "prices.parquet").set_index("pair")
    expected = [2.0, 4.0] if levels[0] == "pair" else [3.0, 4.0]
    assert bars.loc[["eurusd", "usdjpy"], "close"].tolist() == expected


def test_parquet_with_rows_of_two_levels(tmp_path):
    index = pd.MultiIndex.from_tuples([("eurusd", pd.Timestamp(TIME))], names=["pair", "ts_utc"])
    pd.DataFrame({"close": [1.1]}, index=index).to_parquet(tmp_path / "prices.parquet")
    assert read_bars(tmp_path / "prices.parquet")["close"].tolist() == [1.1]


def test_a_pair_that_is_missing_in_a_dictionary_is_no_pair():
    pairs = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["gbpusd", None]))
    with pytest.raises(BadPricesError, match="row 1: unknown pair None"):
        pairs_of_rows("prices.parquet", "pair", pairs, 0, None)
