"""An exported file has the very values of its month's tables, whole or not at all, and of one moment."""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.months import MonthRange
from include.pipeline.export import Exported, export
from include.pipeline.job import Job
from include.pipeline.recipe import prepare
from include.pipeline.run_stage import run_stage
from include.settings import ROOT
from include.stages import STAGES
from include.stages.catalogue import FEATURES
from include.store.connection import connect
from include.store.features.baseline import find_baseline
from include.store.features.whole_month import at_one_moment
from include.store.runs.markers import published_digests
from tests.conftest import empty_database
from tests.store.history import MONTHS, NAMES, SETTINGS, compute_all, hourly_closes, load_history

TWO = MonthRange(MONTHS[0], MONTHS[1])
FEBRUARY = MONTHS[1]
BASELINE = (SETTINGS.baseline_table, SETTINGS.baseline_time_column)


def compute(conn, database):
    """January and a week of February, in all stages."""
    load_history(conn, hourly_closes(700))
    compute_all(database, months=list(TWO))


def create_baseline(conn, pair):
    """Columns of all kinds, at bars that have features and at bars that have none."""
    conn.execute(
        f"create table bqx.baseline_{pair} (f0 double precision, time timestamptz primary key, flag boolean,"
        " size numeric(12, 2), note text, deals bigint)"
    )
    conn.execute(
        f"insert into bqx.baseline_{pair} values"  # noqa: S608
        " (1.5, '2023-12-31 23:00+00', true, 7.25, 'before', 1),"
        " ('nan', '2024-01-02 05:00+00', false, 1, 'x', 2),"
        " (null, '2024-01-02 04:00+00', null, null, null, null),"
        " ('-0', '2024-01-02 04:30+00', true, 2, 'y', 3),"
        " ('infinity', '2024-02-01 00:00+00', true, 3, 'z', 4)"
    )


@pytest.fixture
def computed(conn, database):
    """What a test changes."""
    compute(conn, database)
    return conn


@pytest.fixture(scope="module")
def shared(server):
    """What no test changes, with a baseline of eurusd."""
    with empty_database(server) as url, connect(url) as conn:
        compute(conn, url)
        create_baseline(conn, "eurusd")
        prepare(conn, STAGES[0], SETTINGS)  # makes the view
        yield conn


@pytest.fixture
def baseline(shared):
    return find_baseline(shared, "eurusd", *BASELINE)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def bits(values):
    """Each value as its eight bytes, so that -0.0 is not 0.0 and NaN is NaN; None stays None."""
    return [None if value is None else struct.pack("<d", value) for value in values]


def in_table(conn, query):
    """The rows of a query, column by column, as numbers."""
    rows = conn.execute(query).fetchall()
    return [bits(column) for column in zip(*rows, strict=True)]


def change_a_price(conn):
    changed = "update bqx.m1_eurusd set close = close * 1.001 where time >= '2024-02-02+00' returning time"
    assert conn.execute(changed).fetchone()


def test_a_file_has_the_bits_of_the_table_in_the_order_of_the_contract(computed, tmp_path):
    computed.execute(
        "update tier1.currency_indices set"
        " aud_basket_index = 'nan', cad_basket_index = '-0', chf_basket_index = null"
        " where ts_utc = '2024-01-03 07:00+00'"
    )
    assert export(computed, TWO, tmp_path / "out") == Exported(written=2, rows=700)
    assert files(tmp_path / "out") == ["features_2024-01.parquet", "features_2024-02.parquet"]
    found = pa.concat_tables(pq.read_table(tmp_path / "out" / name) for name in files(tmp_path / "out"))
    assert found.column_names == ["ts_utc", *(feature.name for feature in FEATURES)]
    assert found.schema.types == [pa.timestamp("us", tz="UTC"), *[pa.float64()] * 384]
    names = ", ".join(f"{f.name}::int" if f.type == "boolean" else f.name for f in FEATURES)
    want = in_table(computed, f"select {names} from tier1.features order by ts_utc")  # noqa: S608
    got = [bits(column.to_pylist()) for column in found.columns[1:]]
    assert got == want
    times = computed.execute("select ts_utc from tier1.features order by ts_utc").fetchall()
    assert [(moment,) for moment in found["ts_utc"].to_pylist()] == times
    assert struct.pack("<d", float("nan")) in got[0]
    assert any(None in column for column in got)


def test_a_file_says_of_which_specification_and_of_which_rows_it_is(shared, tmp_path):
    export(shared, TWO, tmp_path)
    about = pq.read_schema(tmp_path / "features_2024-02.parquet").metadata
    assert (about[b"tier1.spec_version"], about[b"tier1.month"]) == (b"1", b"2024-02")
    published = published_digests(shared, FEBRUARY)
    assert json.loads(about[b"tier1.digest"]) == {name: str(published[name]) for name in NAMES}


def test_files_that_are_what_is_in_the_tables_are_left_and_a_changed_month_is_written_anew(
    computed, database, tmp_path
):
    export(computed, TWO, tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert export(computed, TWO, tmp_path) == Exported(left=2)
    change_a_price(computed)
    compute_all(database, months=list(TWO))
    assert export(computed, TWO, tmp_path).written == 1
    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert [name for name in after if after[name] != before[name]] == ["features_2024-02.parquet"]


@pytest.mark.parametrize("damage", [b"", b"PAR1 and no more"])
def test_a_file_that_cannot_be_read_is_written_anew(shared, tmp_path, damage):
    export(shared, TWO, tmp_path)
    (tmp_path / "features_2024-01.parquet").write_bytes(damage)
    assert export(shared, TWO, tmp_path).written == 1
    assert len(pq.read_table(tmp_path / "features_2024-01.parquet")) == 552


KILLED_IN_FEBRUARY = """
import os, signal, sys
from pathlib import Path
import pyarrow.parquet as pq
from include.months import MonthRange
from include.pipeline.export import export
from include.store.connection import connect
whole = pq.write_table
def half(table, path, **how):
    whole(table, path, **how)
    if "2024-02" in str(path):
        os.truncate(path, path.stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)
pq.write_table = half
export(connect(sys.argv[1]), MonthRange.of_texts("2024-01", "2024-02"), Path(sys.argv[2]))
"""


def test_an_export_that_is_killed_leaves_no_half_file_and_goes_on_where_it_was(shared, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLED_IN_FEBRUARY, shared.info.dsn, tmp_path],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.glob("*.parquet")] == ["features_2024-01.parquet"]
    assert len(files(tmp_path)) == 2  # what was begun lies beside it, under a name that nobody reads
    assert export(shared, TWO, tmp_path) == Exported(written=1, left=1, rows=148)
    assert files(tmp_path) == ["features_2024-01.parquet", "features_2024-02.parquet"]


def test_a_disk_that_is_full_is_said_and_leaves_no_half_file(shared, tmp_path, monkeypatch):
    def full(_table, path, **_how):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(ValueError, match=r"features_2024-01.parquet cannot be written \(.*No space left"):
        export(shared, TWO, tmp_path)
    assert files(tmp_path) == []


def test_a_month_that_is_computed_meanwhile_is_read_as_it_was(computed, database):
    (want,) = computed.execute(
        "select array_agg(eur_basket_index order by ts_utc) from tier1.currency_indices"
        " where ts_utc >= '2024-02-01+00'"
    ).fetchone()
    change_a_price(computed)
    with connect(database) as other, ThreadPoolExecutor(1) as pool:
        with at_one_moment(other, FEBRUARY) as moment:
            anew = pool.submit(run_stage, database, Job(STAGES[0], [FEBRUARY], "anew"), SETTINGS)
            wait_until_somebody_waits_for_a_lock(computed)
            digests, (_, columns) = moment.digests(), moment.columns()
            published = published_digests(other, FEBRUARY)
        assert anew.result().computed == 1
    (found,) = (column for column in columns if column.name == "eur_basket_index")
    assert found.values.tolist() == want
    assert digests == {name: str(digest) for name, digest in published.items()}
    assert digests["currency_indices"] != str(published_digests(computed, FEBRUARY)["currency_indices"])


def wait_until_somebody_waits_for_a_lock(conn):
    for _ in range(200):
        (waiting,) = conn.execute(
            "select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock'"
        ).fetchone()
        if waiting:
            return
        time.sleep(0.05)
    pytest.fail("nobody waits")


def test_a_month_of_which_a_part_is_computed_anew_is_refused_until_all_of_it_is(computed, database, tmp_path):
    change_a_price(computed)
    run_stage(database, Job(STAGES[0], list(TWO), "anew"), SETTINGS)
    with pytest.raises(
        ValueError, match=r"2024-02 is being computed anew: .* currency_blocs is of those before"
    ):
        export(computed, TWO, tmp_path)
    compute_all(database, months=list(TWO))
    assert export(computed, TWO, tmp_path).written == 1


def test_months_that_are_not_finished_are_refused_before_anything_is_written(shared, tmp_path):
    with shared.transaction(force_rollback=True):
        shared.execute(
            "delete from tier1.completion_marker where stage = 'currency_blocs' and month = '2024-02-01'"
        )
        with pytest.raises(ValueError, match="finished") as refusal:
            export(shared, MonthRange(MONTHS[0], MONTHS[2]), tmp_path / "out")
    assert [line.partition(":")[0] for line in str(refusal.value).splitlines()] == [
        "currency_indices has not finished 1 of these months, from 2024-03 to 2024-03",
        "triangular_arbitrage has not finished 1 of these months, from 2024-03 to 2024-03",
        "currency_blocs has not finished 2 of these months, from 2024-02 to 2024-03",
    ]
    assert files(tmp_path) == []


def test_rows_that_are_not_as_published_are_exported_with_a_warning(computed, tmp_path, caplog):
    computed.execute(
        "update tier1.currency_blocs set usd_bloc_index = 7 where ts_utc = '2024-02-02 10:00+00'"
    )
    export(computed, TWO, tmp_path)
    assert "2024-02: rows of currency_blocs are not as published" in caplog.text
    assert 7.0 in pq.read_table(tmp_path / "features_2024-02.parquet")["usd_bloc_index"].to_pylist()


def test_a_pair_has_its_baselines_bars_and_columns_and_the_features_there(shared, baseline, tmp_path):
    assert export(shared, TWO, tmp_path, baseline).rows == 4
    assert files(tmp_path) == ["features_eurusd_2024-01.parquet", "features_eurusd_2024-02.parquet"]
    found = pa.concat_tables(pq.read_table(tmp_path / name) for name in files(tmp_path))
    features = [feature.name for feature in FEATURES]
    assert found.column_names == ["ts_utc", "f0", "flag", "size", "note", "deals", *features]
    assert bits(found["f0"].to_pylist()) == bits([None, -0.0, float("nan"), float("inf")])
    assert found["flag"].to_pylist() == [None, 1.0, 0.0, 1.0]
    assert found["size"].to_pylist() == [None, 2.0, 1.0, 3.0]
    assert found["note"].to_pylist() == [None, "y", "x", "z"]
    assert found["deals"].to_pylist() == [None, 3.0, 2.0, 4.0]
    names = ", ".join(f"{f.name}::int" if f.type == "boolean" else f.name for f in FEATURES)
    want = in_table(
        shared,
        f"select {names} from tier1.features_eurusd where time >= '2024-01-01+00' order by time",  # noqa: S608
    )
    assert [bits(found[name].to_pylist()) for name in features] == want
    assert found["usd_bloc_index"].null_count == 1  # at half past four
    about = pq.read_schema(tmp_path / "features_eurusd_2024-01.parquet").metadata
    assert about[b"tier1.pair"] == b"eurusd"


def test_a_baseline_that_changes_is_written_anew(shared, tmp_path):
    create_baseline(shared, "gbpusd")
    baseline = find_baseline(shared, "gbpusd", *BASELINE)
    export(shared, TWO, tmp_path, baseline)
    assert export(shared, TWO, tmp_path, baseline).left == 2
    shared.execute("update bqx.baseline_gbpusd set note = 'other' where deals = 4")
    assert export(shared, TWO, tmp_path, baseline) == Exported(written=1, left=1, rows=1)
    shared.execute("alter table bqx.baseline_gbpusd drop column note")
    assert export(shared, TWO, tmp_path, find_baseline(shared, "gbpusd", *BASELINE)).written == 2


@pytest.mark.parametrize(
    ("pair", "change", "message"),
    [
        ("eurxyz", "", "unknown pair 'eurxyz'"),
        ("nzdusd", "", "table bqx.baseline_nzdusd is missing"),
        ("eurusd", "rename time to opened", "has no column time: set TIER1_BASELINE_TIME_COLUMN"),
        ("eurusd", "rename f0 to usd_bloc_index", "TIER 1 has columns usd_bloc_index, too"),
        ("eurusd", "rename f0 to ts_utc", "TIER 1 has columns ts_utc, too"),
    ],
)
def test_a_baseline_that_cannot_be_joined_is_refused(shared, pair, change, message):
    with shared.transaction(force_rollback=True):
        if change:
            shared.execute(f"alter table bqx.baseline_eurusd {change}")
        with pytest.raises(ValueError, match=message):
            find_baseline(shared, pair, *BASELINE)


@pytest.mark.parametrize("name", ["a file", "a file/below"])
def test_a_folder_that_cannot_be_written_to_is_refused(shared, tmp_path, name):
    (tmp_path / "a file").touch()
    with pytest.raises(ValueError, match=r"is no folder that can be written to .* name another"):
        export(shared, TWO, tmp_path / name)


def test_texts_and_numbers_are_read_of_a_month_without_a_bar(shared, baseline):
    with at_one_moment(shared, np.datetime64("2030-01", "M"), baseline) as moment:
        ts, columns = moment.columns()
    assert len(ts) == 0
    assert {len(column.values) for column in columns} == {0}


PAGE = (ROOT / "docs/how-to/use-the-features.md").read_text()
VALUES = {
    "pandas": lambda frame: frame["eur_basket_index"].tolist(),
    "polars": lambda frame: frame["eur_basket_index"].to_list(),
    "duckdb": lambda relation: [value for (value,) in relation.select("eur_basket_index").fetchall()],
}


@pytest.mark.parametrize("library", VALUES)
def test_the_two_lines_of_the_page_read_what_was_exported(shared, tmp_path, monkeypatch, library):
    pytest.importorskip(library, reason=f"{library} is not installed: make install-bench")
    export(shared, TWO, tmp_path / "features")
    monkeypatch.chdir(tmp_path)
    (lines,) = re.findall(rf"^```python\n(import {library}.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(lines.split("\n\n")) == 2  # the formatter puts an empty line between them
    names: dict = {}
    exec(lines, names)  # noqa: S102 - this is what a reader of the page does
    got = VALUES[library](names["features"])
    want = shared.execute("select eur_basket_index from tier1.features order by ts_utc").fetchall()
    assert got == [value for (value,) in want]
