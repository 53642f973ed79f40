"""Files are found and unpacked by what they are, whatever their names end with; the pair may be in a name."""

import bz2
import gzip
import lzma
import os
import zipfile

import pandas as pd
import pytest

from include.sources.errors import BadPricesError
from include.sources.files import bars_of
from include.sources.hints import Hints
from include.sources.inputs import inputs_of
from include.sources.reading import Reading
from tests.sources.reading import file

TEXT = "ts_utc,close\n2024-01-01T00:00Z,1.1\n"
OTHER = TEXT.replace("00:00Z", "00:01Z")


def pairs_of(argument, **hints):
    """Each pair and how many bars it has."""
    readings = [Reading(it, Hints(**hints)) for it in inputs_of(str(argument))]
    counts = {}
    for bars in bars_of(readings, lambda _reading: None):
        counts[bars.pair] = counts.get(bars.pair, 0) + len(bars.ts)
    return counts


def test_a_file_that_a_pattern_names_twice_is_read_once(tmp_path):
    file(tmp_path, TEXT, "prices/eurusd/a.csv")
    assert pairs_of(tmp_path / "prices/**/*") == {"eurusd": 1}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
@pytest.mark.parametrize("name", ["EURUSD.CSV", "eurusd.csv.gz", "eurusd", "eurusd.dat"])
def test_a_packed_file_is_unpacked_whatever_its_name(tmp_path, pack, name):
    assert pairs_of(file(tmp_path, pack(TEXT.encode()), name)) == {"eurusd": 1}


def test_a_zip_of_several_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "HISTDATA.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("DAT_ASCII_EURUSD_M1_2024.csv", "20240101 190000;1;1;1;1;0\n")
        archive.writestr("DAT_ASCII_EURUSD_M1_2024.txt", "Gap of 120s found between 20240101 ...\n")
        archive.writestr("more/gbpusd.csv", TEXT)
        archive.writestr("__MACOSX/._gbpusd.csv", b"\0\1")
    assert pairs_of(tmp_path / "HISTDATA.zip") == {"eurusd": 1, "gbpusd": 1}


def test_a_packed_file_in_a_zip_and_parquet_in_a_zip(tmp_path):
    table = pd.DataFrame({"ts_utc": ["2024-01-01T00:00Z"], "close": [1.1]})
    table.to_parquet(tmp_path / "usdjpy.parquet")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("eurusd.csv.gz", gzip.compress(TEXT.encode()))
        archive.write(tmp_path / "usdjpy.parquet", "usdjpy.parquet")
    assert pairs_of(tmp_path / "all.zip") == {"eurusd": 1, "usdjpy": 1}


def test_a_folder_of_parquet_parts_as_spark_leaves_it(tmp_path):
    for pair in ("eurusd", "gbpusd"):
        folder = tmp_path / "prices" / f"pair={pair}"
        folder.mkdir(parents=True)
        for part, rows in enumerate([1, 2, 0]):
            table = pd.DataFrame(
                {"ts_utc": pd.date_range("2024-01-01", periods=rows, tz="UTC"), "close": 1.1}
            )
            table.to_parquet(folder / f"part-{part:05}.snappy.parquet")
    file(tmp_path, "", "prices/_SUCCESS")
    file(tmp_path, "x", "prices/.part-00000.crc")
    assert pairs_of(tmp_path / "prices") == {"eurusd": 3, "gbpusd": 3}
    assert pairs_of(tmp_path / "prices" / "pair=*") == {"eurusd": 3, "gbpusd": 3}
    assert pairs_of(tmp_path / "prices" / "*" / "part-00001*") == {"eurusd": 2, "gbpusd": 2}


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("EURUSD1.csv", "eurusd"), ("eurusd-m1-bid-2024-01-02.csv", "eurusd"), ("eur_usd.csv", "eurusd"),
        ("EUR.USD.csv", "eurusd"), ("C:EURUSD.csv", "eurusd"), ("EURUSD=X.csv", "eurusd"),
        ("JPY=X.csv", "usdjpy"),
        ("EURUSDm.csv", "eurusd"), ("frxEURUSD.csv", "eurusd"), ("eurusd/2024.csv", "eurusd"),
        ("gbpusd/eurusd.csv", "eurusd"), ("Eur-Usd.csv", "eurusd"), ("OANDA_EURUSD, 1.csv", "eurusd"),
    ],
)  # fmt: skip
def test_the_pair_is_in_the_name_of_the_file_or_its_folder(tmp_path, monkeypatch, name, pair):
    file(tmp_path, TEXT, name)
    monkeypatch.chdir(tmp_path)
    assert pairs_of(name) == {pair: 1}


@pytest.mark.parametrize(
    "name", ["EURUSDT.csv", "XEURUSD.csv", "eurusd_gbpusd.csv", "prices.csv", "EUREUR.csv"]
)
def test_a_name_that_tells_no_pair_is_not_guessed_at(tmp_path, monkeypatch, name):
    file(tmp_path, TEXT, name)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadPricesError, match=f"{name}: no column tells its pair, nor does its name: name it"):
        pairs_of(name)
    assert pairs_of(name, pair="gbpusd") == {"gbpusd": 1}


def test_a_file_of_the_other_way_round_is_named(tmp_path, monkeypatch):
    file(tmp_path, TEXT, "usdeur.csv")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadPricesError, match="is eurusd the other way round"):
        pairs_of("usdeur.csv")


@pytest.mark.parametrize("argument", ["absent.csv", "absent/", "absent*.csv", "[.csv", "**/nothing*"])
def test_what_is_not_there_is_named(tmp_path, monkeypatch, argument):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadPricesError, match="no such file"):
        inputs_of(argument)


def test_an_empty_argument_is_not_the_folder_one_is_in(tmp_path, monkeypatch):
    file(tmp_path, "time,close\n2024-01-02T00:00Z,1.1\n", "EURUSD.csv")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadPricesError, match="an argument is empty: name a file"):
        inputs_of("")


def test_an_empty_folder_and_an_empty_archive_are_named(tmp_path):
    (tmp_path / "prices").mkdir()
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    for argument in (tmp_path / "prices", tmp_path / "empty.zip"):
        with pytest.raises(BadPricesError, match="no file in it"):
            inputs_of(str(argument))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        # without a time, which would give the test another name in each process
        (gzip.compress(TEXT.encode() * 99, mtime=0)[:-9], "eurusd.csv.gz"),
        (b"PK\3\4 and then nothing", "eurusd.zip"),
        (b"\xfd7zXZ\0 no", "eurusd.xz"),
        (os.urandom(0), "eurusd.csv"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, data, name):
    with pytest.raises(BadPricesError, match=rf"{name}: (cannot be read as|no bars in it)"):
        pairs_of(file(tmp_path, data, name))


def test_a_folder_without_any_bar_is_refused(tmp_path):
    file(tmp_path, "ts_utc,close\n", "prices/eurusd.csv")
    file(tmp_path, "", "prices/gbpusd.csv")
    with pytest.raises(BadPricesError, match="no bars in any of the files"):
        pairs_of(tmp_path / "prices")


def test_a_large_file_is_read_a_part_at_a_time(tmp_path):
    rows = "".join(
        f"2024-01-{day:02}T{hour:02}:{m:02}:00Z,1.1\n"
        for day in range(1, 32)
        for hour in range(24)
        for m in range(60)
    )
    path = file(tmp_path, "ts_utc,close\n" + rows * 12, "eurusd.csv")
    reading = Reading(inputs_of(str(path))[0], Hints())
    sizes, positions = [], []
    for part in reading.bars():
        sizes.append(sum(len(it.ts) for it in part))
        positions.append(reading.position)
    assert sum(sizes) == 12 * 31 * 1440
    assert max(sizes) < sum(sizes) / 1.5
    assert positions[0] <= positions[-1] == path.stat().st_size
