"""A worker with other files or other packages would compute something else, silently: it does not begin."""

import pytest

from include.code import Code
from tests.tier1_tasks.host.case import CODE
from tier1_tasks.host.same_code import files, versions


def test_the_same_code_is_well() -> None:
    assert versions("host", CODE, CODE).result == files("host", CODE, CODE).result == "ok"
    assert versions("host", CODE, CODE).found == "python 3.11, numpy 2.4.1"


def test_other_files_are_refused_with_both_digests() -> None:
    check = files("ip-10-0-0-1", Code("b" * 64, CODE.versions), CODE)
    assert check.result == "failed"
    assert "has other files (bbbbbbbbbbbb) than Airflow had at preflight (aaaaaaaaaaaa)" in check.found
    assert "ip-10-0-0-1" in check.what_to_do


@pytest.mark.parametrize(
    ("here", "found"),
    [
        ({"python": "3.12", "numpy": "2.4.1"}, "python 3.12 instead of 3.11"),
        (
            {"python": "3.12", "numpy": "2.4.2"},
            "python 3.12 instead of 3.11, numpy 2.4.2 instead of 2.4.1",
        ),
        ({"python": "3.11"}, "numpy ? instead of 2.4.1"),
        ({**CODE.versions, "numba": "1"}, "numba 1 instead of ?"),
    ],
)
def test_other_versions_are_refused_by_name(here: dict[str, str], found: str) -> None:
    check = versions("ip-10-0-0-1", Code(CODE.digest, here), CODE)
    assert (check.result, check.found) == ("failed", found)
    assert "requirements.txt on ip-10-0-0-1" in check.what_to_do
