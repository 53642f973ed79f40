"""Whatever the product can say to people when it stops has its place in the runbook.

A message has its place where a phrase that the runbook writes as code, such as `cannot connect to ...`,
occurs in it; `...` stands for what changes. So a message may be reworded around its phrase.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from ec2_resize.preflight.registry import CHECKS, CONNECTION_CHECKS
from include.doubts import checks as doubts
from include.settings import ROOT

PAGE = ROOT / "docs/how-to/runbook.md"
RUNBOOK = " ".join(PAGE.read_text().split())
ROOMS = ("plugins", "dags", "include", "cli", "embedded")
# What the simulated EC2 answers is said by AWS, in its own words.
NOT_OURS = ROOT / "embedded/ec2"
LOGS_OF = ("plugins", "dags")
SAY = {"warning", "error", "exception"}
# For whoever calls a function wrongly, and for control flow: nobody meets these in a log.
NOT_FOR_USERS = {
    "AssertionError", "AttributeError", "KeyError", "NotImplementedError", "StopIteration", "TypeError",
}  # fmt: skip
# What is put together before it is raised.
PARTS = {"why", "late", "message", "problems"}
CHANGES = "\0"
# where a value stands in a phrase: `...`, or an example of one
CHANGING = r"\.\.\.|'\w+'|\b[a-z]\w+\.\w*xlarge\b|\bi-\B"
SHORTEST = 10
CHECKING = (ROOT / "plugins/ec2_resize/preflight", ROOT / "plugins/tier1_tasks/host")


@dataclass(frozen=True)
class Message:
    """A text for people, with CHANGES where values stand."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text.replace(CHANGES, '...')}"


def text_of(node: ast.AST) -> str:
    """The constant words of an expression that makes a text."""
    match node:
        case ast.Constant(value=str(value)):
            text = re.sub(r"%[sdr]|%\.\d?f|(?<!\{)\{\w*[^{}]*\}", CHANGES, value)
        case ast.JoinedStr(values=values):
            text = "".join(map(text_of, values))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            text = text_of(left) + text_of(right)
        case ast.Call(func=ast.Attribute(attr="format", value=value)):
            text = text_of(value)
        case ast.Call(args=[ast.JoinedStr() as only, *_]):  # another exception that is made of a text
            text = text_of(only)
        case ast.Call(args=[ast.GeneratorExp(elt=element)]):  # a join
            text = text_of(element)
        case _:
            text = CHANGES
    return text


def texts_of(node: ast.AST, assigned: dict[str, list[ast.AST]]) -> Iterator[str]:
    """Each text that an expression can be: either side of a choice, what its variables were given."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from chain(texts_of(body, assigned), texts_of(orelse, assigned))
        case ast.Name(id=name):
            yield from (text for value in assigned.get(name, []) for text in texts_of(value, {}))
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            yield from (text for element in elements for text in texts_of(element, assigned))
        case ast.ListComp(elt=element):
            yield from texts_of(element, assigned)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if isinstance(left, ast.List | ast.ListComp):
            yield from chain(texts_of(left, assigned), texts_of(right, assigned))
        case _:
            yield text_of(node)


def functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Each function, and what stands in none."""
    yield tree
    yield from (it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef))


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, but not in a function within it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from own_nodes(child)


def name_of(node: ast.AST) -> str:
    return ast.unparse(node).rpartition(".")[2]


def never_returns(tree: ast.AST) -> set[str]:
    """The functions that end a command or a task with the text that they are given."""
    return {
        it.name
        for it in ast.walk(tree)
        if isinstance(it, ast.FunctionDef) and it.returns and "NoReturn" in ast.unparse(it.returns)
    }


def spoken(function: ast.AST, enders: set[str], *, logs: bool) -> Iterator[tuple[int, ast.AST]]:
    """The expressions that become messages."""
    finds_problems = "problem" in getattr(function, "name", "")
    for node in own_nodes(function):
        match node:
            case ast.Raise(exc=ast.Call(func=kind, args=args)) if name_of(kind) not in NOT_FOR_USERS:
                yield from ((node.lineno, it) for it in args)
            case ast.Call(func=called, args=args) if name_of(called) in enders:
                yield from ((node.lineno, it) for it in args)
            case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_]) if logs and attr in SAY:
                yield node.lineno, first
            case ast.Call(func=ast.Attribute(attr="append"), args=[only]) if finds_problems:
                yield node.lineno, only
            case ast.Return(value=ast.AST() as value) if finds_problems:
                yield node.lineno, value
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in PARTS:
                yield node.lineno, value


def messages_in(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text())
    enders, logs = never_returns(tree), path.relative_to(ROOT).parts[0] in LOGS_OF
    for function in functions(tree):
        assigned: dict[str, list[ast.AST]] = {}
        for node in own_nodes(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned.setdefault(node.targets[0].id, []).append(node.value)
        for line, expression in spoken(function, enders, logs=logs):
            for text in texts_of(expression, assigned):
                plain = " ".join(text.split())
                if len(words(plain)) > 1:
                    yield Message(f"{path.relative_to(ROOT)}:{line}", plain)


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z']{2,}", text)


def messages(room: str) -> list[Message]:
    paths = [it for it in sorted((ROOT / room).rglob("*.py")) if not it.is_relative_to(NOT_OURS)]
    return list(dict.fromkeys(message for path in paths for message in messages_in(path)))


def phrases() -> list[list[str]]:
    """What the runbook writes as code, cut where values stand; those that say something."""
    spans = re.findall(r"`([^`]+)`", RUNBOOK)
    cut = [[piece.strip(" .,:;()") for piece in re.split(CHANGING, span)] for span in spans]
    pieces = [[piece for piece in span if piece] for span in cut]
    return [span for span in pieces if sum(map(len, span)) >= SHORTEST and len(words(" ".join(span))) > 1]


def has_its_place(message: Message, entries: list[list[str]]) -> bool:
    """Whether all pieces of some phrase occur in the message, in their order."""
    return any(re.search(".*".join(map(re.escape, entry)), message.text, re.IGNORECASE) for entry in entries)


def lines_of_preflight() -> set[str]:
    """The names that checks have, those of verify_host among them."""
    found = set()
    for path in (path for room in CHECKING for path in room.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = ast.unparse(node.func).rpartition(".")[2]
                if called in {"Check", "judge", "Concern"}:
                    found.add(node.args[0].value)
    of_prices = {check.name for check in doubts.CHECKS}
    return found | of_prices | {name for name, _ in (*CONNECTION_CHECKS, *CHECKS)}


@pytest.mark.parametrize("room", ROOMS)
def test_each_message_has_its_place_in_the_runbook(room: str) -> None:
    entries, said = phrases(), messages(room)
    lacking = [str(message) for message in said if not has_its_place(message, entries)]
    assert not lacking, f"{len(lacking)} of {len(said)} are not in {PAGE.name}:\n" + "\n".join(lacking)


@pytest.mark.parametrize("name", sorted(lines_of_preflight()))
def test_a_line_of_a_table_has_its_place_in_the_runbook(name: str) -> None:
    assert f"`{name}" in RUNBOOK


@pytest.mark.parametrize("title", re.findall(r"^### (.*`.*)$", PAGE.read_text(), re.MULTILINE))
def test_a_section_is_about_something_that_is_said(title: str) -> None:
    """Values stand in it as examples, so one piece that is found is enough."""
    pieces = [piece for span in re.findall(r"`([^`]+)`", title) for piece in re.split(CHANGING, span)]
    telling = [piece.strip(" .,:;()") for piece in pieces if len(words(piece)) > 1]
    assert telling
    assert any(" ".join(piece.split()) in all_texts() for piece in telling), title


@cache
def all_texts() -> str:
    return " ".join(text_of(it) for it in constants())


def constants() -> Iterator[ast.AST]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text())
            yield from (it for it in ast.walk(tree) if isinstance(it, ast.JoinedStr | ast.Constant))


def test_something_is_found_to_look_for() -> None:
    assert len(lines_of_preflight()) > 15
    fewest = {"plugins": 25, "include": 20, "cli": 3, "embedded": 15}
    assert all(len(messages(room)) > number for room, number in fewest.items())
