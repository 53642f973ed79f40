"""Numbers are read as people write them, and none is guessed at."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.sources.reading import file, read_bars, refusal

HEAD = "ts_utc;pair;close;volume\n"


def bar_of(tmp_path, close, volume="", head=HEAD):
    row = f'2024-01-01T00:00Z;eurusd;"{close}";"{volume}"\n'
    return read_bars(file(tmp_path, head + row)).iloc[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.08497", 1.08497), ("1,08497", 1.08497), (" 1.5 ", 1.5), ("147,319", 147.319), ("1e-2", 0.01),
        ("1,5e2", 150.0), ("+1.1", 1.1), ("1 147,5", 1147.5), ("1.147,5", 1147.5), ("1,147.5", 1147.5),
        ("1'147.5", 1147.5), ("1\u00a0147,5", 1147.5),
    ],
)  # fmt: skip
def test_a_price_is_understood(tmp_path, text, value):
    assert bar_of(tmp_path, text)["close"] == value


@pytest.mark.parametrize("text", ["1.2.3", "1,2,3", "0x1p0", "True", "1_000", "one", "1,", "--1", "1 2"])
def test_what_is_no_number_is_named(tmp_path, text):
    said = refusal(tmp_path, f'{HEAD}2024-01-01T00:00Z;eurusd;"1.1";\n2024-01-01T00:01Z;eurusd;"{text}";\n')
    assert f"a value of close is not a number: row 1: close is {text!r}" in said


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", 1234.0), ("1 234", 1234.0), ("1,234,567", 1234567.0), ("12.5", 12.5), ("0", 0.0)],
)
def test_a_volume_may_have_signs_between_its_thousands(tmp_path, text, value):
    assert bar_of(tmp_path, "1.1", text)["volume"] == value


@pytest.mark.parametrize("text", ["", "-1", "-1.0", "NaN", "null", "N/A", "-", "None"])
def test_no_volume(tmp_path, text):
    assert np.isnan(bar_of(tmp_path, "1.1", text)["volume"])


def test_an_error_about_volume_talks_about_volume(tmp_path):
    said = refusal(tmp_path, f"{HEAD}2024-01-01T00:00Z;eurusd;1.1;-5\n")
    assert "volume is -5.0 (1 such rows); a volume is 0 or more: correct or remove the row" in said


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (pa.array([True]), "is a value of the type bool"),
        (pa.array([[1.1]]), "is a value of the type list"),
        (pa.array([{"mid": 1.1}]), "is a value of the type struct"),
        (pa.array([0], pa.timestamp("us")), "is a value of the type timestamp"),
        (pa.array([b"1.1"]), "is a value of the type binary"),
    ],
)
def test_parquet_of_another_type_is_named(tmp_path, values, what):
    table = pa.table({"ts_utc": ["2024-01-01T00:00Z"], "pair": ["eurusd"], "close": values})
    parquet.write_table(table, tmp_path / "prices.parquet")
    assert f"close is not a number: row 0: close {what}" in refusal(
        tmp_path, (tmp_path / "prices.parquet").read_bytes(), "prices.parquet"
    )


@pytest.mark.parametrize(
    "kind", [pa.float32(), pa.int32(), pa.decimal128(10, 5), pa.large_string(), pa.string()]
)
def test_parquet_of_any_number(tmp_path, kind):
    close = pa.array([Decimal(2)]).cast(kind) if pa.types.is_decimal(kind) else pa.array([2]).cast(kind)
    table = pa.table({"ts_utc": ["2024-01-01T00:00Z"], "pair": ["eurusd"], "close": close})
    parquet.write_table(table, tmp_path / "prices.parquet")
    assert read_bars(tmp_path / "prices.parquet")["close"].tolist() == [2.0]
