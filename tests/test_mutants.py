"""Each row of tests/airflow has a mutation that takes its mechanism out."""

from collections import Counter

import pytest

from embedded.home import REPOSITORY
from tests.airflow.guarantees import chapters
from tests.airflow.mutant import Mutant
from tests.airflow.mutants import MUTANTS
from tests.airflow.project import file_of, require_names


def test_each_row_has_one_mutation() -> None:
    rows = Counter(row.test for _, rows in chapters() for row in rows)
    assert Counter(row for mutant in MUTANTS for row in mutant.rows) == rows


@pytest.mark.parametrize("mutant", [it for it in MUTANTS if it.module], ids=lambda it: it.name)
def test_a_mutation_replaces_what_its_module_has(mutant: Mutant) -> None:
    text = file_of(REPOSITORY, mutant.module).read_text()
    require_names(mutant.module, text, mutant.patch)
    compile(f"{text}\n\n{mutant.patch}", mutant.module, "exec")


def test_a_mutation_of_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="tier1 has no dagg"):
        require_names("tier1", "dag = 1", "dagg.max_active_runs = 5")
