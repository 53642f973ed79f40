"""./tier1 report writes what was stored, in three forms, whole or not at all."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.app import app
from include.report.build import build_report
from include.settings import settings
from include.store.runs.reports import write_report
from tests.report.facts import SUCCEEDED

REPORT = build_report(SUCCEEDED)


@pytest.fixture(autouse=True)
def _stored(conn, database, monkeypatch):
    write_report(conn, replace(REPORT, run_id="earlier"))
    write_report(conn, REPORT)
    monkeypatch.setenv("TIER1_DATABASE_URL", database)
    settings.cache_clear()
    yield
    settings.cache_clear()


def written(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_it_is_markdown_of_the_latest_run_by_default():
    done = written()
    assert done.exit_code == 0
    assert done.stdout.startswith("# TIER 1 run manual: succeeded\n")
    assert done.stdout == written("-o", "-").stdout == written("manual", "--format", "md").stdout


def test_a_run_can_be_named_and_old_ones_keep_theirs():
    assert written("earlier").stdout.startswith("# TIER 1 run earlier: succeeded\n")


def test_json_is_what_is_stored_with_the_version_of_its_schema():
    found = json.loads(written("--format", "json").stdout)
    assert found == REPORT.to_json()
    assert found["schema"] == 2


def test_a_file_has_it_whole_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "report.md"
    target.write_text("before")
    assert written("-o", target).exit_code == 0
    assert target.read_text() == written().stdout
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["absent/report.md", "."])
def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_read(tmp_path, monkeypatch, name):
    monkeypatch.setenv("TIER1_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    settings.cache_clear()
    done = written("-o", tmp_path / name)
    assert done.exit_code == 2
    assert "name a file in a folder that exists" in done.stderr


def test_what_was_there_stays_where_writing_fails(tmp_path, monkeypatch):
    target = tmp_path / "report.md"
    target.write_text("before")

    def full(self: Path, *_: object, **__: object) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    done = written("-o", target)
    assert done.exit_code == 2
    assert "it could not be written: No space left on device" in done.stderr
    assert (target.read_text(), list(tmp_path.iterdir())) == ("before", [target])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    assert "its folder may not be written to" in written("-o", tmp_path / "report.md").stderr


def test_another_format_is_refused_with_those_that_there_are():
    done = written("--format", "pdf")
    assert done.exit_code == 2
    assert "'html', 'md', 'json'" in " ".join(done.stderr.replace("│", " ").split())
