"""What each named source gives out is read as it is: no renaming, no conversion before."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from include.sources.errors import BadPricesError
from include.sources.hints import Hints
from include.sources.inputs import inputs_of
from include.sources.reading import Reading
from tests.sources.reading import file, read_bars, refusal

FIRST = pd.Timestamp("2024-01-02T00:00Z")


def first_of(tmp_path, text, name, **hints):
    bars = read_bars(file(tmp_path, text, name), **hints)
    assert len(bars) == 2
    return bars.iloc[0]


HISTDATA = "20240101 190000;1.10427;1.10429;1.10425;1.10428;0\n20240101 190100;1.1;1.1;1.1;1.1;0\n"


@pytest.mark.parametrize("name", ["DAT_ASCII_EURUSD_M1_2024.csv", "eurusd.csv", "EURUSD.txt"])
def test_histdata_is_eastern_standard_time(tmp_path, name):
    bar = first_of(tmp_path, HISTDATA, name)
    assert (bar["ts_utc"], bar["pair"]) == (FIRST, "eurusd")
    assert bar[["open", "high", "low", "close", "volume"]].tolist() == [1.10427, 1.10429, 1.10425, 1.10428, 0]


def test_histdata_is_said(tmp_path):
    reading = Reading(inputs_of(str(file(tmp_path, HISTDATA, "eurusd.csv")))[0], Hints())
    list(reading.bars())
    assert list(reading.notes) == ["taken for HistData's", "times are those of the clock EST"]


def test_histdata_has_no_daylight_saving(tmp_path):
    summer = HISTDATA.replace("20240101", "20240701")
    assert first_of(tmp_path, summer, "eurusd.csv")["ts_utc"] == pd.Timestamp("2024-07-02T00:00Z")


def test_histdata_for_metatrader_is_known_by_its_name(tmp_path):
    text = "2024.01.01,19:00,1.1,1.2,1.0,1.15,0\n2024.01.01,19:01,1.1,1.2,1.0,1.15,0\n"
    assert first_of(tmp_path, text, "DAT_MT_EURUSD_M1_2024.csv")["ts_utc"] == FIRST


DUKASCOPY = {
    "dukascopy-node": "timestamp,open,high,low,close,volume\n1704153600000,1.1,1.2,1.0,1.15,12.5\n"
    "1704153660000,1.1,1.2,1.0,1.15,12.5",
    "website": "Gmt time,Open,High,Low,Close,Volume\n02.01.2024 00:00:00.000,1.1,1.2,1.0,1.15,12.5\n"
    "02.01.2024 00:01:00.000,1.1,1.2,1.0,1.15,12.5\n",
    "website, local": "Local time,Open,High,Low,Close,Volume\n"
    "02.01.2024 01:00:00.000 GMT+0100,1.1,1.2,1.0,1.15,12.5\n"
    "02.01.2024 01:01:00.000 GMT+0100,1.1,1.2,1.0,1.15,12.5\n",
    "JForex": "Time (UTC),Open,High,Low,Close,Volume \n2024.01.02 00:00:00,1.1,1.2,1.0,1.15,12.5\n"
    "2024.01.02 00:01:00,1.1,1.2,1.0,1.15,12.5\n",
    "JForex, EET": "Time (EET),Open,High,Low,Close,Volume \n2024.01.02 02:00:00,1.1,1.2,1.0,1.15,12.5\n"
    "2024.01.02 02:01:00,1.1,1.2,1.0,1.15,12.5\n",
}


@pytest.mark.parametrize("source", DUKASCOPY)
def test_dukascopy(tmp_path, source):
    bar = first_of(tmp_path, DUKASCOPY[source], "eurusd-m1-bid-2024-01-02-2024-01-03.csv")
    assert (bar["ts_utc"], bar["close"], bar["volume"]) == (FIRST, 1.15, 12.5)


MT4 = "2024.01.02,02:00,1.1,1.2,1.0,1.15,40\n2024.01.02,02:01,1.1,1.2,1.0,1.15,41\n"
MT5 = (
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
    "2024.01.02\t02:00:00\t1.1\t1.2\t1.0\t1.15\t40\t0\t6\r\n2024.01.02\t02:01:00\t1.1\t1.2\t1.0\t1.15\t41\t0\t6\r\n"
)


@pytest.mark.parametrize("clock", ["America/New_York+7", "Europe/Helsinki", "UTC+2"])
@pytest.mark.parametrize(
    ("text", "name"),
    [(MT4, "EURUSD1.csv"), (MT5, "EURUSD_M1.csv"), (MT5.encode("utf-16"), "EURUSD_M1.csv")],
    ids=["4", "5", "5 in UTF-16"],
)
def test_metatrader_on_the_clock_that_is_named(tmp_path, text, name, clock):
    bar = first_of(tmp_path, text, name, timezone=clock)
    assert (bar["ts_utc"], bar["close"], bar["volume"]) == (FIRST, 1.15, 40)


@pytest.mark.parametrize("text", [MT4, MT5, MT5.encode("utf-16"), MT5.encode("utf-16-le")])
def test_metatrader_without_a_clock_says_which_it_mostly_is(tmp_path, text):
    said = refusal(tmp_path, text, "EURUSD1.csv")
    assert "has no UTC offset (2 such rows)" in said
    assert "America/New_York+7" in said


@pytest.mark.parametrize(
    ("first", "second"),
    [("1704160800", "1704160860"), ("2024-01-02 02:00:00+00:00", "2024-01-02 02:01:00+00:00")],
)
def test_metatrader_from_python_is_warned_of(tmp_path, first, second):
    text = f"time,close,tick_volume,spread,real_volume\n{first},1.15,40,6,0\n{second},1.15,41,6,0\n"
    path = file(tmp_path, text, "eurusd.csv")
    reading = Reading(inputs_of(str(path))[0], Hints())
    list(reading.bars())
    assert any(
        note.startswith("times were taken as UTC. MetaTrader writes its server's") for note in reading.notes
    )
    assert first_of(tmp_path, text, "eurusd.csv", timezone="America/New_York+7")["ts_utc"] == FIRST


def test_metatrader_from_python_is_warned_of_in_parquet_too(tmp_path):
    rates = {"time": [1704160800], "close": [1.15], "tick_volume": [40], "spread": [6], "real_volume": [0]}
    path = tmp_path / "eurusd.parquet"
    pd.DataFrame(rates).to_parquet(path)
    reading = Reading(inputs_of(str(path))[0], Hints())
    list(reading.bars())
    assert any("America/New_York+7" in note for note in reading.notes)
    assert read_bars(path, timezone="America/New_York+7")["ts_utc"].tolist() == [FIRST]


def candle(minute, **more):
    price = {"o": "1.10", "h": "1.20", "l": "1.00", "c": "1.15"}
    return {
        "complete": True,
        "volume": 7,
        "time": f"2024-01-02T00:0{minute}:00.000000000Z",
        "mid": price,
    } | more


def test_oanda_without_the_candle_that_is_not_over(tmp_path):
    candles = [candle(0), candle(1), candle(2, complete=False)]
    text = json.dumps({"instrument": "EUR_USD", "granularity": "M1", "candles": candles})
    bar = first_of(tmp_path, text, "answer.json")
    assert (bar["ts_utc"], bar["pair"], bar["close"], bar["volume"]) == (FIRST, "eurusd", 1.15, 7)


def test_oanda_with_epoch_times_and_one_answer_a_line(tmp_path):
    answers = [
        {"instrument": "EUR_USD", "candles": [candle(0, time=f"{1704153600 + 60 * k}.000000000")]}
        for k in (0, 1)
    ]
    assert first_of(tmp_path, "\n".join(map(json.dumps, answers)), "answers.jsonl")["ts_utc"] == FIRST


def test_oanda_with_two_sides_asks_which(tmp_path):
    both = [candle(0, bid={"c": "1.1"}, ask={"c": "1.2"})]
    del both[0]["mid"]
    text = json.dumps({"instrument": "EUR_USD", "candles": both})
    assert "bid.c, ask.c may each be the close; name one with --close-column" in refusal(
        tmp_path, text, "x.json"
    )
    assert read_bars(tmp_path / "x.json", close_column="ask.c")["close"].tolist() == [1.2]


def test_interactive_brokers_has_no_volume_of_midpoints(tmp_path):
    text = (
        "date,open,high,low,close,volume,average,barCount\n"
        "2024-01-02 00:00:00+00:00,1.1,1.2,1.0,1.15,-1.0,-1.0,-1\n"
        "2024-01-02 00:01:00+00:00,1.1,1.2,1.0,1.15,-1.0,-1.0,-1\n"
    )
    bar = first_of(tmp_path, text, "EUR.USD.csv")
    assert (bar["ts_utc"], bar["pair"], bar["close"]) == (FIRST, "eurusd", 1.15)
    assert np.isnan(bar["volume"])


def test_interactive_brokers_names_a_zone_after_the_time(tmp_path):
    text = "date,close\n20240101 19:00:00 US/Eastern,1.1\n20240101 19:01:00 US/Eastern,1.1\n"
    assert first_of(tmp_path, text, "eurusd.csv")["ts_utc"] == FIRST


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "ts_utc,pair,close\n2024-01-02 00:00:00 UTC,EURUSD,1.15\n2024-01-02 00:01:00 UTC,EURUSD,1.1\n",
            "bq.csv",
        ),
        (
            '{"ts_utc":"2024-01-02 00:00:00 UTC","pair":"EURUSD","close":1.15}\n'
            '{"ts_utc":"2024-01-02 00:01:00 UTC","pair":"EURUSD","close":"1.1"}\n',
            "bq-000000000000",
        ),
    ],
)
def test_bigquery(tmp_path, text, name):
    bar = first_of(tmp_path, text, name)
    assert (bar["ts_utc"], bar["pair"], bar["close"]) == (FIRST, "eurusd", 1.15)


YFINANCE = {
    "one": "Price,Close,High,Low,Open,Volume\n"
    "Ticker,EURUSD=X,EURUSD=X,EURUSD=X,EURUSD=X,EURUSD=X\n"
    "Datetime,,,,,\n2024-01-02 00:00:00+00:00,1.15,1.2,1.0,1.1,0\n"
    "2024-01-02 00:01:00+00:00,1.15,1.2,1.0,1.1,0\n",
    "by ticker": "Ticker,EURUSD=X,EURUSD=X\nPrice,Open,Close\nDatetime,,\n"
    "2024-01-02 00:00:00+00:00,1.1,1.15\n"
    "2024-01-02 00:01:00+00:00,1.1,1.15\n",
    "history": "Datetime,Open,High,Low,Close,Volume,Dividends,Stock Splits\n"
    "2024-01-02 00:00:00+00:00,1.1,1.2,1.0,1.15,0,0.0,0.0\n"
    "2024-01-02 00:01:00+00:00,1.1,1.2,1.0,1.15,0,0.0,0.0\n",
}


@pytest.mark.parametrize("source", YFINANCE)
def test_yfinance(tmp_path, source):
    bar = first_of(tmp_path, YFINANCE[source], "EURUSD=X.csv")
    assert (bar["ts_utc"], bar["pair"], bar["open"], bar["close"]) == (FIRST, "eurusd", 1.1, 1.15)


def test_yfinance_of_several_pairs_has_holes(tmp_path):
    text = (
        "Price,Close,Close,Volume,Volume\nTicker,EURUSD=X,JPY=X,EURUSD=X,JPY=X\nDatetime,,,,\n"
        "2024-01-02 00:00:00+00:00,1.15,,0,\n2024-01-02 00:01:00+00:00,,141.5,,0\n"
    )
    bars = read_bars(file(tmp_path, text))
    assert bars[["pair", "close"]].to_numpy().tolist() == [["eurusd", 1.15], ["usdjpy", 141.5]]


@pytest.mark.parametrize("names", [[None, "pair"], ["Price", "Ticker"], [None, None]])
@pytest.mark.parametrize("index", ["ts_utc", None])
def test_columns_of_two_levels_as_pandas_writes_them(tmp_path, names, index):
    columns = pd.MultiIndex.from_product([["open", "close"], ["eurusd", "usdjpy"]], names=names)
    times = pd.DatetimeIndex([FIRST], name=index)
    pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], index=times, columns=columns).to_csv(tmp_path / "unstacked.csv")
    bars = read_bars(tmp_path / "unstacked.csv")
    assert bars[["pair", "open", "close"]].to_numpy().tolist() == [["eurusd", 1, 3], ["usdjpy", 2, 4]]


@pytest.mark.parametrize("order", [["Price", "Ticker"], ["Ticker", "Price"]])
def test_yfinance_as_parquet_keeps_two_levels_of_names(tmp_path, order):
    columns = pd.MultiIndex.from_tuples(
        [("Close", "EURUSD=X"), ("Volume", "EURUSD=X")], names=["Price", "Ticker"]
    )
    index = pd.date_range(FIRST, periods=2, freq="min", name="Datetime")
    table = pd.DataFrame([[1.15, 7], [1.1, 8]], index=index, columns=columns)
    table.reorder_levels(order, axis=1).to_parquet(tmp_path / "prices.parquet")
    bars = read_bars(tmp_path / "prices.parquet")
    assert bars[["ts_utc", "close", "volume"]].iloc[0].tolist() == [FIRST, 1.15, 7]


def test_an_excel_workbook_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "prices.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(BadPricesError, match="an Excel workbook; save its sheet as CSV"):
        [list(Reading(it, Hints()).bars()) for it in inputs_of(str(tmp_path / "prices.xlsx"))]


def test_forex_tester(tmp_path):
    text = (
        "<TICKER>,<DTYYYYMMDD>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n"
        "EURUSD,20240102,000000,1.10,1.20,1.00,1.15,4\nEURUSD,20240102,000100,1.1,1.2,1.0,1.16,4\n"
    )
    bars = read_bars(file(tmp_path, text, "forextester.txt"), timezone="UTC")
    assert bars["ts_utc"].tolist() == [pd.Timestamp("2024-01-02T00:00Z"), pd.Timestamp("2024-01-02T00:01Z")]
    assert bars[["pair", "close", "volume"]].to_numpy().tolist() == [["eurusd", 1.15, 4], ["eurusd", 1.16, 4]]


@pytest.mark.parametrize(
    "answer",
    [
        {"ticker": "C:EURUSD", "status": "OK", "results": [{"t": 1704153600000, "c": 1.15, "v": 7}]},
        {
            "meta": {"symbol": "EUR/USD", "interval": "1min"},
            "values": [{"datetime": "2024-01-02 00:00:00Z", "close": "1.15", "volume": "7"}],
        },
    ],
)
def test_an_answer_with_its_bars_in_a_list(tmp_path, answer):
    (bar,) = read_bars(file(tmp_path, json.dumps(answer), "answer.json")).to_dict("records")
    assert (bar["ts_utc"], bar["pair"]) == (pd.Timestamp("2024-01-02T00:00Z"), "eurusd")
    assert (bar["close"], bar["volume"]) == (1.15, 7)


def test_a_close_beside_the_list_is_no_close_of_a_bar(tmp_path):
    bars = [{"time": "2024-01-02T00:00Z", "close": 1.15}, {"time": "2024-01-02T00:01Z"}]
    text = json.dumps({"symbol": "EURUSD", "close": 1.2, "bars": bars})
    with pytest.raises(BadPricesError, match=r"eurusd at 2024-01-02T00:01:00.* close is nan"):
        read_bars(file(tmp_path, text, "quote.json"))


def test_a_list_in_a_bar_is_not_taken_for_bars(tmp_path):
    bar = {
        "time": "2024-01-02T00:00Z",
        "pair": "eurusd",
        "close": 1.15,
        "levels": [{"bid": 1.1}, {"bid": 1.2}],
    }
    assert read_bars(file(tmp_path, json.dumps(bar), "bar.json"))["close"].tolist() == [1.15]
