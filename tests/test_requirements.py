"""What is installed is what is written down, to the last byte: each requirement has a version and hashes."""

import re
from pathlib import Path

import pytest

from include.settings import ROOT

FILES = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_nothing_is_installed_without_its_hash(file: str):
    installs = re.findall(r"^.*\bpip install\b.*$", (ROOT / file).read_text(), re.MULTILINE)
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


@pytest.mark.parametrize("file", FILES, ids=lambda it: it.name)
def test_each_requirement_has_a_version_and_hashes(file: Path):
    lines = [line for line in file.read_text().replace("\\\n", " ").splitlines() if line[:1].isalnum()]
    assert lines
    assert [
        line for line in lines if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:", line)
    ] == []


def test_each_list_of_wishes_is_compiled_by_make_lock():
    wishes = {file.name for file in ROOT.glob("requirements*.in")}
    assert set(re.findall(r"requirements\S*\.in\b", (ROOT / "Makefile").read_text())) == wishes
    assert {file.with_suffix(".in").name for file in FILES} == wishes
