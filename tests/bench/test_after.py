"""What comes after the stages is measured on what they have left, and fails where that is not right."""

import importlib
from pathlib import Path

import jinja2
import pytest

from bench import after
from bench.child import in_child
from embedded.postgres import postgres_service
from include.settings import ROOT
from tests.store.history import MONTHS, compute_all, hourly_closes, load_history

TWO = MONTHS[:2]


@pytest.fixture
def arguments(server, conn, database):
    load_history(conn, hourly_closes(700))
    compute_all(database, months=TWO)
    return {"url": database, "server": postgres_service(server).pid, "months": [str(month) for month in TWO]}


def here(function, **arguments):
    """Call it in this process."""
    module, name = function.split(":")
    return getattr(importlib.import_module(module), name)(**arguments)


def test_each_is_measured_and_has_its_line_on_the_page(arguments, tmp_path):
    rows = after.table([after.turn(here, tmp_path, **arguments)])
    assert [row["label"] for row in rows] == list(after.LABELS.values())
    assert all(row["seconds"] > 0 and row["server_cpu"] >= 0 for row in rows)
    validation, evaluation, first, again = (row["what"] for row in rows)
    assert validation.endswith(" claims")
    assert evaluation == "700 bars, 0 decisions"  # of two months nothing can be learnt
    assert first.startswith("700 rows written, ")
    assert again.startswith("0 rows written, ")
    assert list(tmp_path.iterdir()) == []  # the files are gone
    section = (
        (ROOT / "bench/benchmarks.md.j2").read_text().split("## After the stages")[1].split("## Peers")[0]
    )
    assert "| `evaluate` |" in jinja2.Template(section, undefined=jinja2.StrictUndefined).render(after=rows)


def test_a_validation_that_finds_something_is_no_measurement(conn, arguments):
    conn.execute("update tier1.currency_blocs set usd_bloc_index = 7 where ts_utc = '2024-02-02 10:00+00'")
    with pytest.raises(RuntimeError, match="rows_are_as_they_were_published does not hold"):
        after.validate(**arguments)


def test_a_process_of_its_own_needs_less_memory_than_a_stage(arguments, tmp_path: Path):
    took = in_child("bench.after:export", **arguments, folder=str(tmp_path))
    assert 0 < took["peak_rss_mb"] < 400
