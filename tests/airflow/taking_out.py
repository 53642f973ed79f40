"""Takes the mechanism of a row out, and judges whether the row has noticed (`make mutants`)."""

from collections.abc import Iterator

import pytest

from tests.airflow import waiting
from tests.airflow.mutant import Mutant
from tests.airflow.mutants import MUTANTS
from tests.airflow.running import Running
from tests.airflow.waiting import eventually

# what never comes is noticed sooner; a green run takes a third of what is left
PATIENCE = 0.6
NOTICED = (AssertionError, pytest.fail.Exception)


def mutant_of(row: str) -> Mutant:
    """The one for a test."""
    [found] = [it for it in MUTANTS if row in it.rows]
    return found


def take_out(mutant: Mutant, airflow: Running, patch: pytest.MonkeyPatch) -> None:
    """Let a row that begins now do without its mechanism.

    A file that is edited while it is parsed is not parsed again: Airflow compares with when that ended.
    """
    eventually(airflow.knows_its_files)
    if mutant.settings:
        airflow.starts_again_with(mutant.settings)
    elif mutant.module:
        airflow.project.patch(mutant.module, mutant.patch)
    else:
        patch.setattr(airflow, "revive", lambda: None)
    eventually(airflow.knows_its_files)
    patch.setattr(waiting, "patience", PATIENCE)


def judge(row: str, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """A row has to fail by an assertion; it says by which."""
    mutant, error = mutant_of(row), call.excinfo
    if error is None:
        report.outcome, report.longrepr = "failed", f"survives: {mutant.name}"
    elif isinstance(error.value, NOTICED):
        [*_, line] = [it for it in error.traceback if it.path.name.startswith("test_")]
        said = str(error.value).split("\n")[0]
        report.outcome, report.longrepr = "passed", None
        noticed = f"{mutant.name} | {line.lineno + 1}: {str(line.statement).strip()} | {said}"
        report.user_properties.append(("noticed", noticed))


def noticed(reports: list[pytest.TestReport]) -> Iterator[str]:
    """Row, mutation, and the assertion that has failed."""
    for report in reports:
        for name, value in report.user_properties:
            if name == "noticed":
                yield f"{report.nodeid.split('::')[1]} | {value}"
