"""./tier1 load: what it says of files, what it would do, and that it does all or nothing."""

import psycopg
import pytest
from typer.testing import CliRunner

from cli import database as cli_database
from cli.app import app

MT5 = "<DATE>\t<TIME>\t<CLOSE>\t<TICKVOL>\t<SPREAD>\r\n2024.01.02\t02:00:00\t1.15\t40\t6\r\n"
DUKASCOPY = "timestamp,close\n1704153600000,1.15\n1704153660000,1.16\n1704153660000,1.16\n"


@pytest.fixture
def load(database, monkeypatch, tmp_path):
    """Runs the command in a folder of some files."""
    monkeypatch.setattr(cli_database, "database_url", lambda: database)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    for name, text in {"EURUSD_M1.csv": MT5, "gbpusd.csv": DUKASCOPY, "usdjpy.csv": DUKASCOPY}.items():
        (tmp_path / name).write_text(text)

    def run(*arguments):
        return CliRunner().invoke(app, ["load", *map(str, arguments)])

    return run


@pytest.fixture
def closes(database):
    def of(pair):
        with psycopg.connect(database) as conn:
            return [close for (close,) in conn.execute(f"select close from bqx.m1_{pair} order by time")]  # noqa: S608

    return of


def cells(output, pair):
    (line,) = (line for line in output.splitlines() if line.startswith(f"│ {pair}"))
    return [cell.strip() for cell in line.strip("│ ").split("│")][1:]


def test_a_dry_run_says_what_it_has_understood_and_writes_nothing(load, database):
    done = load("--dry-run", "gbpusd.csv", "usdjpy.csv")
    assert done.exit_code == 0, done.output
    assert "gbpusd.csv and 1 more: times are epoch milliseconds (6 rows)" in done.output
    assert "nothing was written" in done.output
    assert cells(done.output, "gbpusd") == ["2", "0", "0", "1"]
    with psycopg.connect(database) as conn:
        assert conn.execute("select to_regnamespace('bqx'), to_regnamespace('tier1')").fetchone() == (
            None,
            None,
        )


def test_what_the_file_cannot_say_is_an_option(load, closes):
    done = load("EURUSD_M1.csv", "--timezone", "America/New_York+7")
    assert done.exit_code == 0, done.output
    assert "EURUSD_M1.csv: column <SPREAD> was ignored" in done.output
    assert "times are those of the clock America/New_York+7 (1 rows)" in done.output
    assert closes("eurusd") == [1.15]
    assert load("usdjpy.csv", "--pair", "audusd").exit_code == 0
    assert closes("audusd") == [1.15, 1.16]


def test_one_bad_file_keeps_all_others_out(load, database):
    done = load("gbpusd.csv", "EURUSD_M1.csv")
    assert done.exit_code == 2
    assert "EURUSD_M1.csv: row 0: <DATE> <TIME> '2024.01.02 02:00:00' has no UTC offset" in done.output
    with psycopg.connect(database) as conn:
        assert conn.execute("select to_regnamespace('bqx')").fetchone() == (None,)


def test_a_bar_that_two_files_have_with_different_prices_is_refused(load, tmp_path):
    (tmp_path / "gbpusd-2.csv").write_text(DUKASCOPY.replace("1.16", "1.17"))
    done = load("gbpusd.csv", "gbpusd-2.csv")
    assert done.exit_code == 2
    assert (
        "the files together: gbpusd at 2024-01-02T00:01:00+00:00 occurs twice, with close 1.16" in done.output
    )


def test_what_is_not_written_is_said_and_a_table_that_takes_nothing_is_refused(load, database):
    with psycopg.connect(database) as conn:
        conn.execute("create schema bqx; create view bqx.m1_usdjpy as select now() as time, 1.0 as close")
        conn.execute("create table bqx.m1_eurusd (time timestamptz primary key, close numeric(10, 5))")
    done = load("EURUSD_M1.csv", "--timezone", "UTC")
    assert done.exit_code == 0, done.output
    assert "bqx.m1_eurusd has no column for volume: not written" in done.output
    done = load("gbpusd.csv", "usdjpy.csv")
    assert done.exit_code == 2
    assert "bqx.m1_usdjpy is a view, which bars cannot be loaded into" in done.output
