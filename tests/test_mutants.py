"""Each row of tests/airflow has a mutation that takes its mechanism out."""

from collections import Counter

import pytest

from embedded.home import REPOSITORY
from tests.airflow.guarantees import chapters
from tests.airflow.mutants import MUTANTS, Mutant


def test_each_row_has_one_mutation() -> None:
    rows = Counter(row.test for _, rows in chapters() for row in rows)
    assert Counter(row for mutant in MUTANTS for row in mutant.rows) == rows


@pytest.mark.parametrize("mutant", [it for it in MUTANTS if it.file], ids=lambda it: it.name)
def test_a_mutation_takes_out_what_is_there_once(mutant: Mutant) -> None:
    assert (REPOSITORY / mutant.file).read_text().count(mutant.old) == 1
