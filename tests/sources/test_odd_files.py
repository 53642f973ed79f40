"""Odd files that people had: each is loaded right, or refused with a sentence that says what is odd."""

import zipfile
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from include.sources.errors import BadPricesError
from include.sources.hints import Hints
from include.sources.inputs import inputs_of
from include.sources.reading import Reading
from tests.sources.reading import file, read_bars, refusal

HEAD = "ts_utc,pair,close\n"
TIME = "2024-01-01T00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        f"ts_utc,pair,close\n\n{TIME},eurusd,1.1\n\n\n",
        f"\n\nts_utc,pair,close\n{TIME},eurusd,1.1\n",
        f"ts_utc,pair,close\r{TIME},eurusd,1.1\r",
        f"ts_utc,pair,close\r\n{TIME},eurusd,1.1\r\n",
        f"\ufeffts_utc,pair,close\n{TIME},eurusd,1.1\n",
        f"sep=;\nts_utc;pair;close\n{TIME};eurusd;1,1\n",
        f'"ts_utc","pair","close"\n"{TIME}","eurusd","1.1"\n',
        f",ts_utc,pair,close\n0,{TIME},eurusd,1.1\n",
        f",pair,close\n{TIME},eurusd,1.1\n",
        f"close,pair,ts_utc\n1.1,eurusd,{TIME}\n",
        f"ts_utc,pair,close\n{TIME},eurusd,1.1\n{TIME},EUR/USD,1.10\n",
        f"ts_utc,pair,open,close\n{TIME},eurusd,,1.1\n",
        f"ts_utc\tpair\topen\tclose\n{TIME}\teurusd\t\\N\t1.1\n",
        f"ts_utc,pair,close\n{TIME},eurusd,1.1\n".encode("utf-16-be"),
    ],
)
def test_an_odd_text_is_loaded_right(tmp_path, text):
    bars = read_bars(file(tmp_path, text))
    assert bars[["pair", "close"]].to_numpy().tolist() == [["eurusd", 1.1]]
    assert bars["ts_utc"].dt.strftime("%Y-%m-%dT%H:%MZ").tolist() == [TIME]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"{HEAD}{TIME},eur\0usd,1.1\n", r"row 0: unknown pair 'eur\x00usd'"),
        ("%PDF-1.7\n%", "no column ts_utc or of another name for the time; it has %PDF-1.7"),
        (f'{HEAD}{TIME},"eurusd,1.1\n', "has 2 values for 3 columns: is the file cut off, or a line broken?"),
        (f"{HEAD}{TIME},,1.1\n", "row 0: unknown pair ''"),
        (
            f"{HEAD}{TIME},eurusd,1.1\n{TIME},eurusd,1.1,5,6\n",
            "has 5 values for 3 columns: correct or remove",
        ),
        (f"{HEAD}{TIME},eurusd,1.1\n{TIME},eurusd,1.1,\n", "has 4 values for 3 columns: correct or remove"),
        (f"{HEAD}{TIME},eurusd,1,1\n", "has 4 values for 3 columns: a decimal comma?"),
        (f"# made by me\n{HEAD}{TIME},eurusd,1.1\n", "for 1 columns: remove what stands above the line"),
        (f"EURUSD,{TIME},1.1\n", "has no line with the columns' names; it begins with 'EURUSD,2024"),
        (f"{HEAD}{TIME},eurusd,{'1' + '0' * 400}\n", "close is inf"),
        (f"{HEAD}{TIME},eurusd,True\n", "close is 'True'"),
        (f"{HEAD}{TIME},eurusd,0x1.1p0\n", "close is '0x1.1p0'"),
        (f"{HEAD}{TIME},eurusd,1.1 \u00c0\n".encode("latin-1"), "its text is not UTF-8: save it as UTF-8"),
        (f"{TIME},eurusd,1.1\n", "has no line with the columns' names; it begins with '2024-01-01T00:00Z"),
        (f"{HEAD}{TIME},eurusd,1.1\n{TIME},".encode() + b"\xe2\n", "has 2 values for 3 columns"),
        (b"ARROW1\0\0 and some bytes \1\2\3", "prices.csv: "),
        (b"\0" * 1000, "prices.csv: "),
        ("<html><body>Not found</body></html>\n", "prices.csv: "),
    ],
)
def test_an_odd_text_is_named(tmp_path, text, what):
    assert what in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("times", "what"),
    [
        (pa.array([["2024"]]), "ts_utc is of type list<item: string>, which is no time"),
        (pa.array([None], pa.timestamp("us", "UTC")), "row 0: ts_utc is empty; remove the row"),
        (pa.array([5], pa.time64("us")), "ts_utc is of type time64[us], which is no time"),
        (pa.array([1 << 60], pa.timestamp("ms", "UTC")), "lies outside of the years 1900 to 2099"),
        (pa.array([19000], pa.date32()), "row 0: ts_utc 2022-01-08 has no UTC offset"),
        (pa.array([True]), "ts_utc is of type bool, which is no time"),
        (pa.array([1704067200.0], pa.float32()), "ts_utc is of type float, which keeps 7 digits of a time"),
    ],
)
def test_an_odd_column_of_times_is_named(tmp_path, times, what):
    parquet.write_table(
        pa.table({"ts_utc": times, "pair": ["eurusd"], "close": [1.1]}), tmp_path / "p.parquet"
    )
    said = refusal(tmp_path, (tmp_path / "p.parquet").read_bytes(), "prices.parquet")
    assert what in said.replace("element:", "item:")


@pytest.mark.parametrize("pair", [b"eurusd", "eurusd"])
def test_a_zone_that_does_not_exist_does_not_matter_to_an_instant(tmp_path, pair):
    times = pa.array([1704067200000], pa.timestamp("ms", "Mars/Base"))
    parquet.write_table(pa.table({"ts_utc": times, "pair": [pair], "close": [1.1]}), tmp_path / "p.parquet")
    assert read_bars(tmp_path / "p.parquet")["ts_utc"].dt.strftime("%Y-%m-%dT%H:%MZ").tolist() == [TIME]


def test_a_pair_that_is_a_number_is_named(tmp_path):
    parquet.write_table(pa.table({"ts_utc": [TIME], "pair": [7], "close": [1.1]}), tmp_path / "p.parquet")
    assert "row 0: unknown pair 7" in refusal(tmp_path, (tmp_path / "p.parquet").read_bytes(), "x.parquet")


def test_decimals_are_the_numbers_that_their_digits_are(tmp_path):
    closes = ["1.20000", "1.08497", "0.65995"]
    times = pa.array([1704067200, 1704067260, 1704067320], pa.timestamp("s", "UTC"))
    table = pa.table({"ts_utc": times, "close": pa.array([Decimal(it) for it in closes])})
    parquet.write_table(table, tmp_path / "eurusd.parquet")
    assert read_bars(tmp_path / "eurusd.parquet")["close"].tolist() == [1.2, 1.08497, 0.65995]


def test_prices_of_seven_digits_are_noted(tmp_path):
    times = pa.array([1704067200], pa.timestamp("s", "UTC"))
    table = pa.table({"ts_utc": times, "close": pa.array([1.08497], pa.float32())})
    parquet.write_table(table, tmp_path / "eurusd.parquet")
    reading = Reading(inputs_of(str(tmp_path / "eurusd.parquet"))[0], Hints())
    list(reading.bars())
    assert reading.notes == {"column close is of type float, which keeps 7 digits of a price": 1}


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\x28\xb5\x2f\xfd", "packed by zstd"),
        (b"\x04\x22\x4d\x18", "packed by lz4"),
        (b"7z\xbc\xaf\x27\x1c", "packed by 7-Zip"),
        (b"Rar!\x1a\x07", "packed by RAR"),
        (b"a.csv" + b"\0" * 252 + b"ustar\0", "a tar archive"),
        (b"ARROW1\0\0", "an Arrow or Feather file"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x80\x04\x95", "a pickle of Python's"),
        (b"ORC\x0a", "an ORC file"),
        (b"Obj\x01", "an Avro file"),
        (b"PK\x03\x04\x14", "an archive in an archive"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path, start, what):
    with zipfile.ZipFile(tmp_path / "prices.zip", "w") as archive:
        archive.writestr("prices", start + bytes(range(256)))
    with pytest.raises(BadPricesError, match=f"prices.zip: prices: it is {what}, which is not read"):
        read_bars(tmp_path / "prices.zip")
