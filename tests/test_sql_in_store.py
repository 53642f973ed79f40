"""All SQL of the product is in the store, and nothing else talks to PostgreSQL's driver."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.settings import ROOT

STORE = ROOT / "include/store"
ROOMS = ("dags", "plugins", "include", "cli", "embedded", "tools")
MODULES = [
    path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if not path.is_relative_to(STORE) and "node_modules" not in path.parts
]
STATEMENT = re.compile(
    r"(?i)\s*(select\b.*\bfrom\b|select (from|\d|\w+\()|insert into\b|update \S+ set\b|delete from\b"
    r"|with \w+ as \(|copy \S+ (from|to)\b|truncate (table )?\w+\.|set (local |session )?\w+ (=|to) "
    r"|comment on\b|(create|alter|drop) (or replace )?(unlogged |temp )?"
    r"(table|view|index|schema|database|function|trigger|role|system|materialized)\b)",
    re.DOTALL,
)


def texts(tree: ast.Module) -> Iterator[str]:
    """All strings but docstrings and other strings that stand by themselves."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def imported(tree: ast.Module) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_outside_of_the_store_there_is_no_sql_and_no_driver(path: Path):
    tree = ast.parse(path.read_text())
    assert [text for text in texts(tree) if STATEMENT.match(text)] == []
    assert not {"psycopg", "psycopg2"} & set(imported(tree))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM information_schema.columns", "select from pg_tables", "select 1",
        "insert into tier1.run_report values (1)", "set local synchronous_commit = off",
        "set max_parallel_workers_per_gather = 0", "create table if not exists t ()", "drop schema tier1",
        "\n  with written as (select 1) select 2", "copy t from stdin", "update t set a = 1", "delete from t",
    ],
)  # fmt: skip
def test_a_statement_is_recognised(text: str):
    assert STATEMENT.match(text)


@pytest.mark.parametrize(
    "text", ["select a stage", "Update the policy", "create the instance first", "set TIER1_BASE_TIME"]
)
def test_a_sentence_is_no_statement(text: str):
    assert not STATEMENT.match(text)
