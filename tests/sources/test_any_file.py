"""Whatever a file has in it: it is loaded right, or refused with a sentence that names it."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from include.market import PAIRS
from include.sources.errors import BadPricesError
from tests.sources.reading import file, read_bars

START = datetime(2024, 1, 2, tzinfo=UTC)
anything = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def loaded(path):
    """The bars as text, or None where the file is refused with its name."""
    try:
        bars = read_bars(path)
    except BadPricesError as error:
        said = str(error)
    else:
        said = None
    if said is not None:
        assert path.name in said
        assert "\n" not in said
        return None
    assert bars["pair"].isin(PAIRS).all()
    assert (bars["close"] > 0).all()
    return {(it.ts_utc.to_pydatetime(), it.pair, f"{it.close:.5f}") for it in bars.itertuples()}


bars_of_a_market = st.lists(
    st.tuples(st.integers(0, 5_000), st.sampled_from(PAIRS), st.integers(50_000, 19_999_999)),
    min_size=1,
    max_size=12,
    unique_by=lambda bar: bar[:2],
).map(lambda bars: [(START + timedelta(minutes=m), pair, f"{price / 1e5:.5f}") for m, pair, price in bars])

TIMES = {
    "ISO": lambda it: it.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "psql": lambda it: (it - timedelta(hours=5)).strftime("%Y-%m-%d %H:%M:%S-05"),
    "BigQuery": lambda it: it.strftime("%Y-%m-%d %H:%M:%S UTC"),
    "compact": lambda it: it.strftime("%Y%m%d %H%M%S+0000"),
    "points": lambda it: it.strftime("%d.%m.%Y %H:%M:%S.000Z"),
    "seconds": lambda it: str(int(it.timestamp())),
    "milliseconds": lambda it: str(int(it.timestamp() * 1000)),
    "nanoseconds": lambda it: f"{int(it.timestamp())}000000000",
    "a zone": lambda it: (it + timedelta(hours=9)).strftime("%Y%m%d %H:%M:%S Asia/Tokyo"),
}
PAIRS_WRITTEN = {
    "small": lambda pair: pair,
    "slash": lambda pair: f"{pair[:3]}/{pair[3:]}".upper(),
    "Yahoo": lambda pair: f"{pair}=X".upper().replace("USDJPY", "JPY"),
    "Polygon": lambda pair: f"C:{pair.upper()}",
    "OANDA": lambda pair: f"{pair[:3]}_{pair[3:]}".upper(),
}
NAMES = st.sampled_from(
    [("ts_utc", "pair", "close"), ("Time", "Symbol", "Close"), ("timestamp", "ticker", "c")]
)


@st.composite
def delimited(draw, bars):
    """The bytes of a file that somebody's program might write."""
    sign = draw(st.sampled_from([",", ";", "\t", "|"]))
    decimal = draw(st.sampled_from([".", ","])) if sign != "," else "."
    time = draw(st.sampled_from(sorted(TIMES)))
    pair = draw(st.sampled_from(sorted(PAIRS_WRITTEN)))
    space = draw(st.sampled_from(["", " "])) if sign != "\t" else ""
    quote = draw(st.sampled_from(["", '"'])) if not space else ""
    trailing = sign * draw(st.integers(0, 2))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    header = draw(st.sampled_from(["", trailing]))
    lines = [(sign + space).join(draw(NAMES)) + header]
    for at, name, price in bars:
        values = TIMES[time](at), PAIRS_WRITTEN[pair](name), price.replace(".", decimal)
        lines.append((sign + space).join(f"{quote}{it}{quote}" for it in values) + trailing)
    text = end.join(lines) + draw(st.sampled_from(["", end, end * 3]))
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


@given(st.data())
@anything
def test_what_programs_write_is_loaded_right(tmp_path, data):
    bars = data.draw(bars_of_a_market)
    raw = data.draw(delimited(bars))
    packed = gzip.compress(raw) if data.draw(st.booleans()) else raw
    assert loaded(file(tmp_path, packed, "prices.bin")) == set(bars)


@given(bars_of_a_market, st.sampled_from(sorted(TIMES)), st.booleans())
@anything
def test_what_programs_write_as_json_is_loaded_right(tmp_path, bars, time, in_lines):
    records = [{"time": TIMES[time](at), "symbol": pair, "close": float(price)} for at, pair, price in bars]
    text = "\n".join(map(json.dumps, records)) if in_lines else json.dumps(records)
    assert loaded(file(tmp_path, text, "prices.json")) == set(bars)


@given(st.data())
@anything
def test_a_file_that_is_cut_is_refused_or_lacks_whole_bars(tmp_path, data):
    bars = data.draw(bars_of_a_market)
    raw = data.draw(delimited(bars))
    lines = raw.split(b"\n", 2)  # a single price has none to be compared with
    second = len(raw) - len(lines[2]) if len(lines) == 3 else len(raw)
    cut = raw[: data.draw(st.integers(second, len(raw)))]
    assert (loaded(file(tmp_path, cut)) or set()) <= set(bars)


@given(st.data())
@anything
def test_a_damaged_file_ends_in_a_sentence_or_in_possible_bars(tmp_path, data):
    raw = bytearray(data.draw(delimited(data.draw(bars_of_a_market))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.one_of(
                st.binary(max_size=3),
                st.sampled_from([b"", b"\n", b'"', b",", b"-", b"\0", b"0", b"nan", b"Z"]),
            )
        )
    loaded(file(tmp_path, bytes(raw)))


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@anything
def test_any_bytes_end_in_a_sentence(tmp_path, raw):
    loaded(file(tmp_path, raw))


values = st.sampled_from([
    pa.array([1704153600]), pa.array([1.1]), pa.array([None]), pa.array(["eurusd"]), pa.array([b"eurusd"]),
    pa.array(["2024-01-02T00:00Z"]), pa.array(["2024-01-02T00:00Z"]).dictionary_encode(), pa.array([True]),
    pa.array([[1.1]]), pa.array([{"mid": 1.1}]), pa.array([1 << 60]),
    pa.array([0], pa.timestamp("us", "UTC")),
    pa.array([1 << 60], pa.timestamp("ms", "UTC")), pa.array([0], pa.timestamp("s", "Mars/Base")),
    pa.array([-(1 << 62)], pa.timestamp("ns")), pa.array([19000], pa.date32()),
    pa.array([5], pa.time64("us")),
    pa.array([5], pa.duration("s")), pa.array([float("nan")]), pa.array([float("inf")]), pa.array(["1,08"]),
    pa.array([108497]).cast(pa.decimal128(30, 5)), pa.array([1.1], pa.float32()), pa.array([""]), pa.nulls(1),
    pa.array([(1 << 64) - 1], pa.uint64()), pa.array(["eurusd"]).cast(pa.string_view()),
    pa.array([1.5], pa.float16()),
])  # fmt: skip
names = st.sampled_from(
    ["ts_utc", "pair", "close", "volume", "eurusd", "('Close', 'EURUSD=X')", "(", "", "date", "time"]
)


@given(st.lists(st.tuples(names, values), max_size=6))
@anything
def test_parquet_of_any_types_ends_in_a_sentence_or_in_possible_bars(tmp_path, columns):
    table = pa.Table.from_arrays([column for _, column in columns], names=[name for name, _ in columns])
    parquet.write_table(table, tmp_path / "prices.parquet")
    loaded(tmp_path / "prices.parquet")


json_names = st.sampled_from(["time", "close", "candles", "instrument", "mid", "c", "complete"])


@given(st.data())
@anything
def test_parquet_that_is_cut_is_refused(tmp_path, data):
    table = pa.table({"ts_utc": ["2024-01-02T00:00Z"], "pair": ["eurusd"], "close": [1.1]})
    parquet.write_table(table, tmp_path / "whole.parquet")
    raw = (tmp_path / "whole.parquet").read_bytes()
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    assert loaded(file(tmp_path, cut, "cut.parquet")) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_names, inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
@anything
def test_any_json_ends_in_a_sentence_or_in_possible_bars(tmp_path, value):
    loaded(file(tmp_path, json.dumps(value), "eurusd.json"))


@pytest.mark.parametrize("depth", [100_000])
def test_json_that_is_too_deep_ends_in_a_sentence(tmp_path, depth):
    assert loaded(file(tmp_path, "[" * depth, "prices.json")) is None
