"""Whatever the resize can say to people has its place in the runbook."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ec2_resize.preflight.registry import CHECKS, CONNECTION_CHECKS
from include.settings import ROOT

RUNBOOK = (ROOT / "docs/runbook.md").read_text()
PACKAGE = ROOT / "plugins/ec2_resize"
SAY = {"warning", "error", "exception"}


def sources() -> list[Path]:
    return [*sorted(PACKAGE.glob("*.py")), ROOT / "dags/tier1_guard.py"]


def texts(node: ast.AST) -> Iterator[str]:
    """The constant pieces of a message, however it is put together."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from re.split(r"%[sd]|%\.\d?f", part.value)


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """The longest constant piece of each message that is raised or logged."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            said = [*node.exc.args]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAY:
            said = node.args[:1]
        elif isinstance(node, ast.Assign) and any(
            isinstance(it, ast.Name) and it.id in {"why", "late"} for it in node.targets
        ):
            said = [node.value]
        else:
            continue
        pieces = [piece.strip(" .,:;|") for it in said for piece in texts(it)]
        if longest := max(pieces, key=len, default=""):
            yield node.lineno, longest


def lines_of_preflight() -> set[str]:
    """The names that checks have."""
    found = set()
    for path in (PACKAGE / "preflight").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = ast.unparse(node.func).rpartition(".")[2]
                if called in {"Check", "judge", "Concern"}:
                    found.add(node.args[0].value)
    return found | {name for name, _ in (*CONNECTION_CHECKS, *CHECKS)}


@pytest.mark.parametrize(
    ("place", "message"),
    [(f"{path.name}:{line}", text) for path in sources() for line, text in messages(path)],
)
def test_a_message_has_its_place_in_the_runbook(place: str, message: str) -> None:
    start = " ".join(message.split())[:30].strip()
    assert start in " ".join(RUNBOOK.split()), f"{place} says: {message}"


@pytest.mark.parametrize("name", sorted(lines_of_preflight()))
def test_a_line_of_the_preflight_has_its_place_in_the_runbook(name: str) -> None:
    assert f"`{name}" in RUNBOOK


def test_something_is_found_to_look_for() -> None:
    assert len(lines_of_preflight()) > 15
    assert sum(1 for path in sources() for _ in messages(path)) > 15
