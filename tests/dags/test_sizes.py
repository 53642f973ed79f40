"""The DAG files are the plan and no more, and no file has more than one can hold in mind."""

import pytest

from include.settings import ROOT

ROOMS = ("dags", "plugins", "include", "cli", "embedded", "oracle", "tools")
FILES = sorted(
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
)


def lines_of(path):
    return path.read_bytes().count(b"\n")


@pytest.mark.parametrize(("name", "most"), [("tier1.py", 120), ("tier1_guard.py", 80)])
def test_a_dag_file_is_no_longer_than_a_plan(name, most):
    assert lines_of(ROOT / "dags" / name) <= most


def test_each_room_has_files():
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(ROOMS)


def test_no_file_has_more_than_450_lines():
    assert {str(path.relative_to(ROOT)): n for path in FILES if (n := lines_of(path)) > 450} == {}
