"""What the tests of this folder promise to users, and the page that says so: docs/reference/guarantees.md."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from embedded.home import REPOSITORY

RECORDS = REPOSITORY / "build" / "guarantees"
PAGE = REPOSITORY / "docs" / "reference" / "guarantees.md"
HEAD = """# What is guaranteed, and what it rests on

Made from the tests in `tests/airflow` by `make guarantees`. Each row is a test against a running Airflow
(API server, scheduler, DAG processor, triggerer, PostgreSQL) and a simulated EC2 that refuses what EC2
refuses, on whose instance a machine boots with a worker of its own, which runs the stages. It asserts
the states of the tasks, the colour of the run, what its report says, and that the instance ends as its
base type, running and without a lease; a run that begins after it is green. *Within* holds in
production, where the durations named are settings; *seen* is what the test measured from the event until
the instance was small for good (0 s: it was never big), on a busy machine with an EC2 whose transitions
take a third of a second."""


@dataclass(frozen=True)
class Row:
    """One promise.

    Attributes:
        test: the function that keeps it.
        event: what happens.
        promise: what is guaranteed then.
        by: the mechanism.
        within: how long it takes, where AWS and PostgreSQL need no longer themselves.
    """

    test: str
    event: str
    promise: str
    by: str
    within: str

    @property
    def cells(self) -> list[str]:
        return [self.event, self.promise, self.by, self.within or "-"]


def guarantee(event: str, promise: str, *, by: str, within: str) -> pytest.MarkDecorator:
    """Mark a test as the keeper of a promise."""
    return pytest.mark.guarantee(event=event, promise=promise, by=by, within=within)


def chapters() -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of each file of tests, as they stand in it."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = import_module(f"{__package__}.{path.stem}")
        rows = [
            Row(name, **mark.kwargs)
            for name, test in vars(module).items()
            for mark in getattr(test, "pytestmark", [])
            if mark.name == "guarantee"
        ]
        yield (module.__doc__ or "").strip(), rows


def record(test: str, seconds: float | None) -> None:
    """Note that a test has passed, and what it has measured; of several cases the slowest counts."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    (RECORDS / f"{test}.json").write_text(json.dumps(seconds))


def forget(test: str) -> None:
    """Withdraw what an earlier run of the test has shown: it is to show it again."""
    (RECORDS / f"{test}.json").unlink(missing_ok=True)


def measured(test: str) -> float | None:
    """What its cases have measured; None where that says nothing.

    Raises:
        FileNotFoundError: it has not passed.
    """
    found = [path for path in RECORDS.glob("*.json") if path.stem.split("[")[0] == test]
    if not found:
        raise FileNotFoundError(f"{test} has not passed: run `make test-airflow` first")
    seconds = [json.loads(path.read_text()) for path in found]
    return max((it for it in seconds if it is not None), default=None)


def page() -> str:
    """The page, from the promises and what their tests have measured."""
    parts = [HEAD]
    for title, rows in chapters():
        if rows:
            parts.append(f"\n## {title}\n\n| what happens | what is guaranteed | by | within | seen |")
            parts.append("| --- | --- | --- | --- | --- |")
        for row in rows:
            seconds = measured(row.test)
            seen = "-" if seconds is None else f"{seconds:.0f} s"
            parts.append(f"| {' | '.join([*row.cells, seen])} |")
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())
    print(f"{PAGE} is written", file=sys.stderr)  # noqa: T201 - a program's output


if __name__ == "__main__":
    main()
