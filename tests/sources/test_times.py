"""Times are understood as people write them, or named for what they are."""

import numpy as np
import pandas as pd
import pytest

from include.sources.zones import Clock
from tests.sources.reading import file, read_bars, refusal

NOON = pd.Timestamp("2024-03-01T12:00:00Z")
LONG = "ts_utc,pair,close\n"


def times_of(tmp_path, *texts, **hints):
    rows = "".join(f'"{text}",eurusd,1.1\n' for text in texts)
    return list(read_bars(file(tmp_path, LONG + rows), **hints)["ts_utc"])


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01T12:00:00Z", "2024-03-01T12:00:00.000Z", "2024-03-01 12:00:00+00:00",
        "2024-03-01 13:00:00+01", "2024-03-01 07:00:00-05", "2024-03-01 07:00:00 -0500",
        "2024-03-01T17:30+0530", "2024-03-01 12:00:00 UTC", "2024-03-01 12:00 GMT", "20240301T1200Z",
        "20240301 120000Z", "2024.03.01 12:00:00Z", "2024/03/01 12:00Z", "2024-03-01t12:00:00z",
        "2024-03-01T12:00:00,000Z", "2024-03-01T12:00:00.000000000Z", "01.03.2024 12:00Z",
        "31/03/2024 12:00Z", "03/31/2024 12:00Z", "1709294400", "1709294400000", "1709294400000000",
        "1709294400000000000", "1709294400.0", " 2024-03-01T12:00:00Z ", "20240301 07:00:00 US/Eastern",
        "20240301 07:00:00 America/New_York", "2024-03-01T12Z", "2024-03-01 -1200", "2024-03-01-12:00",
        "2024-03-01T13:00:00+01:00[Europe/Berlin]", "2024-03-01T12:00Z[UTC]",
        "2024-03-01 12:00:00 +0000 UTC", "2024.03.01D12:00:00.000000000Z", "2024-3-1 12:00Z",
        "2024/3/01 12:00Z", "2024-03-1 12:00Z",
    ],
)  # fmt: skip
def test_a_time_is_understood(tmp_path, text):
    expected = NOON + pd.Timedelta("30D") if "31" in text[:6] else NOON
    assert times_of(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2024-03-01T12:00", "has no UTC offset (1 such rows); write 2024-03-01T12:00:00Z"),
        ("20240301 120000", "has no UTC offset"),
        ("20240301", "has no UTC offset"),
        ("20240301120000", "has no UTC offset"),
        ("2024-W09-5T12:00Z", "is an ISO week date"),
        ("2024-061T12:00Z", "is a year and a day of the year"),
        ("2016-12-31T23:59:60Z", "has a leap second"),
        ("12:00:00Z", "is a time of day without a date"),
        ("01/02/2024 12:00Z", "has a day and a month, and nothing tells which is which"),
        ("45352.5", "looks like Excel's number of a day"),
        ("12", "is a number, but no epoch time"),
        ("20240301-0930", "has a day, and then what may be a time of day or an offset"),
        ("20240301-09:30", "has a day, and then what may be a time of day or an offset"),
        ("2024-03-01 12:00:00 +0100 CET", "has an offset, and the name of a clock: take the name away, or"),
        ("2024-03-01-09", "has a day, and then what may be a time of day or an offset"),
        ("1.709294E+09", "is a number that has lost its last digits"),
        ("2024-03-01 12:00 UTC+2", "has an offset that is not written as +02:00"),
        ("2024-03-01 12:00:00 PM", "is of a clock of 12 hours"),
        ("31/03/2024 1:30 p.m.", "is of a clock of 12 hours"),
        ("2024-03-01 12:00 CET", "ends with the short name of a clock"),
        ("2024-03-01 12:00:00 BST", "ends with the short name of a clock"),
        ("2024-03-01 12:00:00.5 EEST", "ends with the short name of a clock"),
        ("Fri, 01 Mar 2024 12:00:00 GMT", "has the name of a month"),
        ("01-Mar-2024 12:00", "has the name of a month"),
        ("2024-03-01T24:00:00Z", "has the hour 24"),
        ("20240301-12:00:00", "has no UTC offset"),
        ("2024-13-01T12:00Z", "is not a time"),
        ("2024-02-30T12:00Z", "is not a time"),
        ("2024-03-01T24:30Z", "is not a time"),
        ("2024-03-01T12:00+24:00", "is not a time"),
        ("yesterday", "is not a time"),
        ("market closed", "is not a time"),
        ("ts_utc", "is the column's name again: remove that row"),
        ("  ", "is empty"),
        ("1899-12-31T00:00Z", "lies outside of the years 1900 to 2099"),
        ("0001-01-01T00:00", "lies outside of the years 1900 to 2099"),
        ("9999-12-31T23:59", "lies outside of the years 1900 to 2099"),
        ("2024-03-01 12:00 Mars/Base", "names no clock that is known"),
        ("9999-12-31T23:59-05:00", "lies outside of the years 1900 to 2099"),
        ("0001-01-01T00:00Z", "lies outside of the years 1900 to 2099"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path, text, what):
    said = refusal(tmp_path, f'{LONG}"{text}",eurusd,1.1\n')
    assert f"prices.csv: row 0: ts_utc {text!r} " in said
    assert what in said


def test_the_row_that_is_wrong_is_named_among_many(tmp_path):
    good = "".join(f"2024-03-01 12:{minute:02}:00 UTC,eurusd,1.1\n" for minute in range(50))
    assert "row 50: ts_utc 'tomorrow' is not a time" in refusal(
        tmp_path, f"{LONG}{good}tomorrow,eurusd,1.1\n"
    )
    naive = "2024-03-01 13:00:00,eurusd,1.1\n"
    assert "row 50: ts_utc '2024-03-01 13:00:00' has no UTC offset (1 such" in refusal(
        tmp_path, LONG + good + naive
    )


def test_hours_of_one_digit_as_a_spreadsheet_writes_them(tmp_path):
    nine, ten = times_of(tmp_path, "3/31/2024 9:59", "3/31/2024 10:00", timezone="UTC")
    assert (nine, ten) == (pd.Timestamp("2024-03-31T09:59Z"), pd.Timestamp("2024-03-31T10:00Z"))
    assert times_of(tmp_path, "2024-03-01 10:00Z", "2024-03-01 9:00Z") == [
        pd.Timestamp("2024-03-01T09:00Z"),
        pd.Timestamp("2024-03-01T10:00Z"),
    ]


def test_daylight_saving_written_with_short_names_is_named(tmp_path):
    rows = f"{LONG}2024-03-10 01:59:00 EST,eurusd,1.1\n2024-03-10 03:00:00 EDT,eurusd,1.1\n"
    assert "row 0: ts_utc '2024-03-10 01:59:00 EST' ends with the short name" in refusal(tmp_path, rows)


def test_times_of_several_forms_in_one_file(tmp_path):
    found = times_of(tmp_path, "20240301 120000Z", "2024-03-01T12:01Z", "2024/03/01 13:02:00 +0100")
    assert found == [NOON, NOON + pd.Timedelta("1min"), NOON + pd.Timedelta("2min")]


def test_a_day_above_12_tells_that_the_day_comes_first(tmp_path):
    found = times_of(tmp_path, "01/03/2024 12:00Z", "13/03/2024 12:00Z")
    assert found == [NOON, pd.Timestamp("2024-03-13T12:00Z")]


def test_epoch_numbers_of_two_units_are_refused(tmp_path):
    said = refusal(tmp_path, LONG + "1709294400,eurusd,1.1\n1709294460000,eurusd,1.1\n")
    assert "different units: 1709294400" in said.replace("'", "")
    assert "would be seconds" in said


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2024-03-01T12:02Z", "is no epoch number, as the first time is"),
        ("yesterday", "is no epoch number, as the first time is"),
        ("ts_utc", "is the column's name again: remove that row"),
        ("", "is empty"),
    ],
)
def test_the_row_that_is_no_epoch_number_is_named_among_many(tmp_path, text, what):
    epochs = "1709294400000,eurusd,1.1\n1709294460000,eurusd,1.1\n"
    said = refusal(tmp_path, f"{LONG}{epochs}{text},eurusd,1.1\n")
    assert f"prices.csv: row 2: ts_utc {text!r} {what}" in said


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("as_float", [False, True])
def test_epoch_numbers_in_parquet(tmp_path, unit, as_float):
    numbers = pd.DatetimeIndex([NOON]).as_unit(unit).asi8
    table = pd.DataFrame(
        {"ts_utc": numbers.astype(float) if as_float else numbers, "pair": "eurusd", "close": 1.1}
    )
    table.to_parquet(tmp_path / "prices.parquet")
    assert read_bars(tmp_path / "prices.parquet")["ts_utc"].tolist() == [NOON]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_without_a_zone_needs_a_clock(tmp_path, unit):
    shown = pd.DatetimeIndex([NOON]).tz_convert("America/New_York").tz_localize(None).as_unit(unit)
    pd.DataFrame({"ts_utc": shown, "pair": "eurusd", "close": 1.1}).to_parquet(tmp_path / "prices.parquet")
    found = read_bars(tmp_path / "prices.parquet", timezone="America/New_York")
    assert found["ts_utc"].tolist() == [NOON]


@pytest.mark.parametrize(
    ("clock", "shown"),
    [
        ("America/New_York", "2024-03-01 07:00"), ("EST", "2024-03-01 07:00"), ("UTC", "2024-03-01 12:00"),
        ("America/New_York+7", "2024-03-01 14:00"), ("Europe/London", "2024-03-01 12:00"),
        ("UTC+5:30", "2024-03-01 17:30"), ("Asia/Tokyo", "2024-03-01 21:00"),
    ],
)  # fmt: skip
def test_a_clock_that_is_named(tmp_path, clock, shown):
    assert times_of(tmp_path, shown, timezone=clock) == [NOON]
    assert times_of(tmp_path, f"{shown}Z", timezone=clock) == [NOON]  # the mark was wrong


def test_new_york_and_seven_hours_changes_with_new_york(tmp_path):
    hints = {"timezone": "America/New_York+7"}
    before, after = times_of(tmp_path, "2024-03-08 23:00", "2024-03-11 00:00", **hints)
    assert (before.hour, after.hour) == (21, 21)
    before, after = times_of(tmp_path, "2024-03-08 17:00", "2024-03-15 17:00", **hints)
    assert (before.hour, after.hour) == (15, 14)


def test_times_with_offsets_need_no_clock(tmp_path):
    said = refusal(tmp_path, f"{LONG}2024-03-01 13:00+01:00,eurusd,1.1\n", timezone="Europe/Berlin")
    assert "its times have offsets of their own, so --timezone is not for them" in said


@pytest.mark.parametrize("clock", ["Mars/Base", "EST5", "../etc/passwd", "America/New_York+x"])
def test_a_clock_that_nobody_knows_is_refused(tmp_path, clock):
    assert f"no clock is called {clock!r}" in refusal(
        tmp_path, f"{LONG}2024-03-01 12:00,eurusd,1.1\n", timezone=clock
    )


def hours(first, count, price):
    shown = pd.date_range(first, periods=count, freq="min").strftime("%Y-%m-%dT%H:%M:00")
    return [f"{time}Z,eurusd,{price + k / 1e5:.5f}\n" for k, time in enumerate(shown)]


AUTUMN = "".join([*hours("2024-10-27 02:00", 120, 1.1), *hours("2024-10-27 03:00", 120, 1.2)])


def test_an_hour_that_a_clock_showed_twice_is_not_thrown_away(tmp_path):
    said = refusal(tmp_path, LONG + AUTUMN)
    assert (
        "eurusd at 2024-10-27T03:00:00+00:00 occurs twice, with close 1.1006 and 1.2 (60 such times)" in said
    )
    assert "give --timezone Europe/Helsinki; to keep one of the two would lose an hour" in said


def test_both_hours_are_there_on_the_right_clock(tmp_path):
    bars = read_bars(file(tmp_path, LONG + AUTUMN), timezone="Europe/Helsinki")
    assert len(bars) == 240
    assert bars["ts_utc"].iloc[[0, -1]].tolist() == [
        pd.Timestamp("2024-10-26T23:00Z"),
        pd.Timestamp("2024-10-27T02:59Z"),
    ]
    assert bars["ts_utc"].diff().dropna().eq(pd.Timedelta("1min")).all()


def test_which_of_two_hours_it_is_has_to_be_told(tmp_path):
    said = refusal(tmp_path, f"{LONG}2024-11-03 01:30,eurusd,1.1\n", timezone="America/New_York")
    assert "was shown twice by the clock America/New_York" in said


def test_an_hour_that_a_clock_left_out_is_refused(tmp_path):
    said = refusal(tmp_path, f"{LONG}2024-03-10 02:30,eurusd,1.1\n", timezone="America/New_York")
    assert "is a time that the clock America/New_York never showed" in said


@pytest.mark.parametrize("clock", ["America/New_York", "EST", "Europe/Helsinki", "UTC", "America/New_York+7"])
def test_the_market_week_tells_which_clock_it_may_be(tmp_path, clock):
    hours_utc = pd.date_range("2024-02-01", "2024-04-20", freq="10min", tz="UTC")
    new_york = hours_utc.tz_convert("America/New_York")
    minute = new_york.day_of_week * 1440 + new_york.hour * 60 + new_york.minute
    is_open = (minute < 4 * 1440 + 17 * 60) | (minute >= 6 * 1440 + 17 * 60)
    utc = hours_utc[is_open].tz_localize(None).to_numpy().astype("datetime64[us]")
    shown = Clock(clock).shown(utc)
    rows = "".join(f"{time},eurusd,1.1\n" for time in np.datetime_as_string(shown, unit="m"))
    said = refusal(tmp_path, LONG + rows)
    assert f"the market's week in them is that of {clock}" in said
