"""The digest of the code changes with each file that a task could run, and with nothing else."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import airflow
import numpy as np
import pytest

from include.code import Code, digest, versions
from include.settings import ROOT

FILES = {"dags/plan.py": "plan", "plugins/room/body.py": "body", "include/store/query.sql": "select"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path / name, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_noticed(project: Path, name: str) -> None:
    before = digest(project)
    text = (project / name).read_text()
    (project / name).write_text(text[:-1] + "~")
    assert digest(project) != before
    (project / name).write_text(text)
    assert digest(project) == before


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file has another name": lambda at: (at / "dags/plan.py").rename(at / "dags/plan_2.py"),
    "a file is in another folder": lambda at: (at / "dags/plan.py").rename(at / "plugins/plan.py"),
    "a file is new": lambda at: write(at / "include/new.sql", ""),
    "a file is gone": lambda at: (at / "dags/plan.py").unlink(),
    "what one file had is in another": lambda at: (
        write(at / "dags/plan.py", "body"),
        write(at / "plugins/room/body.py", "plan"),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_noticed(project: Path, change: Callable[[Path], object]) -> None:
    before = digest(project)
    change(project)
    assert digest(project) != before


@pytest.mark.parametrize(
    "name",
    [
        "plugins/room/__pycache__/body.cpython-311.pyc",
        "include/__pycache__/kernel.cpython-311.nbi",
        "plugins/room/body.pyc",
        "dags/plan.py~",
        "dags/.plan.py.swp",
        "dags/.#plan.py",
        "dags/#plan.py#",
        "plugins/.idea/workspace.xml",
        "include/.DS_Store",
        "include/store/query.sql.orig",
        "tests/test_plan.py",
        "tier1.toml",
    ],
)
def test_what_no_task_runs_does_not_count(project: Path, name: str) -> None:
    before = digest(project)
    write(project / name, "whatever")
    assert digest(project) == before


def test_neither_the_place_nor_the_time_of_a_file_counts(project: Path, tmp_path: Path) -> None:
    for name, text in reversed(FILES.items()):
        write(tmp_path / "elsewhere" / name, text)
    (project / "dags/plan.py").touch()
    assert digest(tmp_path / "elsewhere") == digest(project)


def test_a_person_can_make_the_same_digest_by_hand(project: Path) -> None:
    lines = "".join(f"{hashlib.sha256(FILES[it].encode()).hexdigest()}  {it}\n" for it in sorted(FILES))
    assert digest(project) == hashlib.sha256(lines.encode()).hexdigest()


def test_another_process_finds_the_same_code_here() -> None:
    command = "from include.code import Code; print(Code.here())"
    run = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == str(Code.here())


def test_the_versions_are_those_that_are_imported() -> None:
    found = versions()
    assert (found["airflow"], found["numpy"]) == (airflow.__version__, np.__version__)
    assert found["python"] == ".".join(map(str, sys.version_info[:2]))
    assert set(found) == {
        "python", "airflow", "edge3", "numpy", "pandas", "numba", "pyarrow", "psycopg",
    }  # fmt: skip
    assert all(found.values())


def test_a_package_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.code.PACKAGES", {"ours": "no-such-package"})
    assert versions()["ours"] == "not installed"
