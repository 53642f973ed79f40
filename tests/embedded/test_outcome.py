"""The closing table of a demo tells its own rows from those of earlier runs."""

import io
import re

from rich.console import Console

from embedded.home import Home
from embedded.look import Look
from embedded.outcome import Outcome
from tests.store.history import MONTHS, compute_all, hourly_closes, load_history

SMALL = Look("t3.2xlarge", "running")


def test_the_rows_of_the_run_stand_beside_those_of_all_runs(conn, database, monkeypatch, tmp_path):
    monkeypatch.setenv("TIER1_DATABASE_URL", database)
    load_history(conn, hourly_closes(600))
    compute_all(database, "earlier", MONTHS[:1])
    compute_all(database, "demo", MONTHS[:2])
    said = io.StringIO()
    Outcome("demo", "success", [], SMALL, None, SMALL, 1.0).show(
        Console(file=said, width=120), Home(tmp_path)
    )
    [(rows, in_all)] = re.findall(r"triangular_arbitrage\D+(\d+)\D+(\d+)", said.getvalue())
    assert (int(rows), int(in_all)) == (48, 600)
