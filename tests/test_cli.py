"""./tier1 as a user meets it: whole processes, real files, a real database."""

import logging
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import psycopg
import pytest
from typer.testing import CliRunner

from cli import database as cli_database
from cli.app import app, main
from include.settings import ROOT, settings
from include.sources import synthetic
from include.stages.catalogue import FEATURES
from tests.store.history import hourly_closes


@pytest.fixture
def tier1(database, tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "cli", *map(str, arguments)],
            env=os.environ | {"TIER1_DATABASE_URL": database, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def answer(database, tmp_path, monkeypatch, capsys):
    """As `tier1`, in this process: a new one takes a second and more. A traceback would be raised here."""
    monkeypatch.setenv("TIER1_DATABASE_URL", database)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # typer sets its own

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["./tier1", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return subprocess.CompletedProcess(arguments, end.value.code, *capsys.readouterr())

    settings.cache_clear()
    yield run
    settings.cache_clear()


@pytest.fixture
def prices(tmp_path):
    hourly_closes(600).reset_index().to_parquet(tmp_path / "prices.parquet")
    return "prices.parquet"


def test_features_of_a_file_are_written_in_the_order_of_the_contract(tier1, prices, tmp_path):
    done = tier1("features", prices, "out.parquet")
    assert done.returncode == 0, done.stderr
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert list(table.columns) == ["ts_utc", *(f.name for f in FEATURES)]
    assert str(table["ts_utc"].dtype) == "datetime64[us, UTC]"
    assert len(table) == 600


def test_features_of_a_file_need_no_database_driver(prices, tmp_path):
    code = (
        "import sys\n"
        "from cli.app import main\n"
        "sys.argv = ['./tier1', 'features', 'prices.parquet', 'out.parquet']\n"
        "try: main()\n"
        "finally: print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (tmp_path / "out.parquet").is_file(), done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "pandas" in loaded
    assert loaded & {"psycopg", "psycopg_binary", "airflow", "boto3", "embedded"} == set()


def test_help_is_answered_without_the_heavy_libraries():
    code = "import sys, cli.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {
        "numpy",
        "pandas",
        "numba",
        "psycopg",
        "pydantic",
        "jinja2",
        "boto3",
        "sklearn",
        "scipy",
        "arch",
        "matplotlib",
    }
    assert set(done.stdout.split()) & heavy == set()


def test_a_base_time_moves_the_scale(tier1, prices, tmp_path):
    moment = hourly_closes(600).dropna().index[5]
    assert tier1("features", prices, "out.parquet", "--base-time", moment.isoformat()).returncode == 0
    table = pd.read_parquet(tmp_path / "out.parquet").set_index("ts_utc")
    assert table.loc[moment, "eur_basket_index"] == 100.0


@pytest.mark.parametrize("base_time", ["2024-01-01T00:00", "yesterday", "2030-01-01T00:00Z"])
def test_a_base_time_that_cannot_be_used_is_refused_and_nothing_is_written(
    answer, prices, tmp_path, base_time
):
    done = answer("features", prices, "out.parquet", "--base-time", base_time)
    assert done.returncode == 2
    assert base_time[:10] in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["prices.parquet"]


def test_from_load_to_validation(tier1, prices):
    assert "eurusd" in tier1("load", prices).stdout
    for stage in ("currency_indices", "triangular_arbitrage", "currency_blocs"):
        done = tier1("run", stage)
        assert done.returncode == 0, done.stderr
        assert f"{stage}: 2 of 2 months computed, 600 rows" in done.stdout
    again = tier1("run", "currency_blocs", "--force", "--months-at-once", "1")
    assert "2 of 2 months computed" in again.stdout
    assert "1 month at once over 2 connections: asked for 1, 2 to do" in again.stderr
    assert "0 of 2 months computed" in tier1("run", "currency_blocs").stdout
    assert tier1("validate").returncode == 0
    assert tier1("status").stdout.count(" 2 ") == 3
    exported = tier1("export", "out")
    assert "2024-01 .. 2024-02: 2 files written (600 rows), 0 left as they are -> out" in exported.stdout
    assert "2024-02: 48 rows; 2 of 2 months" in exported.stderr
    again = tier1("export", "out", "--end-month", "2024-01")
    assert "2024-01 .. 2024-01: 0 files written (0 rows), 1 left as they are" in again.stdout


def test_evaluate_names_what_was_not_computed(tier1, prices):
    tier1("load", prices)
    tier1("run", "currency_indices")
    done = tier1("evaluate")
    assert done.returncode == 2
    assert "compute the month first, ./tier1 run triangular_arbitrage" in done.stderr
    assert "Traceback" not in done.stderr


def test_synthetic_months_are_loaded_one_after_another(database, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    whole = synthetic.bars
    monkeypatch.setattr(synthetic, "bars", lambda month, seed: whole(month, seed).groupby("pair").head(10))
    monkeypatch.setattr(cli_database, "database_url", lambda: database)
    months = ["--start-month", "2024-01", "--end-month", "2024-03"]
    done = CliRunner().invoke(app, ["load", "synthetic", *months, "--seed", "7"])
    assert done.exit_code == 0, done.output
    told = [record.getMessage() for record in caplog.records if record.name == "include.store.prices.load"]
    assert [line.split()[:4] for line in told] == [["loaded", "280", "bars", "from"]] * 3
    with psycopg.connect(database) as conn:
        rows = conn.execute("select time, close from bqx.m1_eurusd order by time").fetchall()
    assert [time.month for time, _ in rows] == [1] * 10 + [2] * 10 + [3] * 10
    first = whole(np.datetime64("2024-01", "M"), seed=7).query("pair == 'eurusd'")["close"]
    assert [close for _, close in rows[:10]] == first.head(10).tolist()
    again = CliRunner().invoke(app, ["load", "synthetic", *months, "--seed", "7"])
    (eurusd,) = (line for line in again.output.splitlines() if "eurusd" in line)
    assert [cell.strip() for cell in eurusd.strip("│ ").split("│")] == ["eurusd", "0", "0", "30"]


def test_prices_that_cannot_be_true_end_a_check_with_1_and_are_told_by_pair(tier1, prices, tmp_path):
    tier1("load", prices)
    fine = tier1("check")
    assert (fine.returncode, fine.stderr) == (0, "")
    assert "each pair is what its name says" in fine.stdout
    assert "99.9 %" in fine.stdout
    closes = pd.read_parquet(tmp_path / prices).set_index("ts_utc")
    (1 / closes[["eurgbp"]]).reset_index().to_parquet(tmp_path / "inverse.parquet")
    tier1("load", "inverse.parquet")
    done = tier1("check")
    assert done.returncode == 1
    assert "eurgbp is quoted inversely" in " ".join(done.stdout.split())
    assert "Traceback" not in done.stderr


def test_a_check_without_prices_says_what_is_missing(tier1):
    done = tier1("check")
    assert (done.returncode, "table bqx.m1_audcad is missing" in done.stdout) == (1, True)


def test_validation_of_months_that_are_not_computed_fails(tier1, prices):
    tier1("load", prices)
    done = tier1("validate")
    assert done.returncode == 1
    assert "no: 6" in done.stdout
    assert "every_month_is_finished does not hold: 6 of 6 months of stages" in done.stderr
    assert "stage=currency_blocs, month=2024-02-01" in done.stderr
    assert "All of them, for psql:" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["load", "absent.csv"], "absent.csv: no such file"),
        (["load", "synthetic", "--start-month", "2024-01"], "of which months? Add --start-month 2024-01"),
        (
            ["load", "synthetic", "--start-month", "2024-1", "--end-month", "2024-02"],
            "'2024-1' is not a month",
        ),
        (["load", "synthetic", "ecb"], "synthetic prices are loaded by themselves"),
        (["load", "ecb", "--end-month", "2024-02"], "months can be named for them only"),
        (["run", "stage_2_3"], "unknown stage 'stage_2_3': choose one of currency_indices"),
        (["run", "currency_blocs"], "table bqx.m1_audcad is missing"),
        (["run", "currency_blocs", "--start-month", "2024-13"], "'2024-13' is not a month"),
        (["run", "currency_blocs", "--months-at-once", "0"], "is auto or a number from 1 to 64, not '0'"),
        (
            ["run", "currency_blocs", "--months-at-once", "many"],
            "is auto or a number from 1 to 64, not 'many'",
        ),
        (["report"], "there is no report of any run"),
        (["export", "out"], "no month is finished in all stages"),
        (["export", "out", "--start-month", "2024-13"], "'2024-13' is not a month"),
        (
            ["export", "out", "--start-month", "2024-02", "--end-month", "2024-03"],
            "has not finished 2 of these months",
        ),
        (["export", "out", "--pair", "eurxyz"], "unknown pair 'eurxyz'"),
        (["export", "out", "--pair", "eurusd"], "table bqx.baseline_eurusd is missing"),
    ],
)
def test_a_mistake_is_answered_by_a_sentence_and_not_by_a_traceback(answer, arguments, message):
    done = answer(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["features", "prices.parquet", "absent/out.parquet"], "name a file in a folder that exists"),
        (["features", "prices.parquet", "."], "name a file in a folder that exists"),
        (["features", "a[/b].csv", "out.parquet"], "a[/b].csv: no such file"),
    ],
)
def test_a_file_that_cannot_be_written_or_read_is_said_at_once(answer, prices, arguments, message):
    done = answer(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_bad_setting_is_answered_by_a_sentence(tier1, monkeypatch):
    monkeypatch.setenv("TIER1_MAX_STALE_BARS", "many")
    done = tier1("status")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "the setting TIER1_MAX_STALE_BARS: Input should be a valid integer" in done.stderr


def test_each_bad_setting_is_named_without_its_value(tier1, monkeypatch):
    monkeypatch.setenv("TIER1_COST_BPS", '{"eurusd": -7.25}')
    monkeypatch.setenv("TIER1_LEASE_MINUTES", "0")
    done = tier1("features", "prices.parquet", "out.parquet")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "the setting TIER1_COST_BPS (eurusd): Input should be greater than or equal to 0" in done.stderr
    assert "the setting TIER1_LEASE_MINUTES: Input should be greater than 0" in done.stderr
    assert "7.25" not in done.stderr


def test_a_password_is_never_printed():
    done = subprocess.run(
        [sys.executable, "-m", "cli", "status"],
        env=os.environ
        | {"TIER1_DATABASE_URL": "postgresql://quant:s3cret@127.0.0.1:1/p", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "cannot connect" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
