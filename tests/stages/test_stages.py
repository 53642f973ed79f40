"""The list of stages is stated once; whatever speaks of all stages agrees with it."""

import re
import subprocess
import sys

import numpy as np
import pytest

from include.settings import ROOT
from include.stages import STAGES, stage_named
from include.stages.basket import basket_base
from include.stages.options import Options
from include.store.checks.claims import claims
from tests.agreement import panel_of
from tests.panels import market

NAMES = [stage.name for stage in STAGES]


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that a new interpreter has loaded after the statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("module", ["include.stages", "include.month_text", "include.market"])
def test_a_dag_file_can_import_without_numpy(module):
    assert not loaded_by(f"import {module}") & {"numpy", "numba", "pandas", "psycopg"}


def test_features_of_a_file_need_no_database():
    statement = "import include.pipeline.from_file, include.pipeline.options, include.sources.files"
    loaded = loaded_by(statement)
    assert "numba" in loaded
    assert not loaded & {"psycopg", "boto3", "airflow"}


LEARNS_AND_RESAMPLES = {"sklearn", "arch", "statsmodels"}
"""And scipy; but numba looks for that one, and so loads its outermost part."""
COMPUTE_ALL = (
    "import numpy as np, include.pipeline.run_stage; from include.stages import STAGES;"
    "from include.stages.basket import basket_base; from include.stages.options import Options;"
    "from include.stages.panel import Panel;"
    "panel = Panel(np.arange(9).astype('datetime64[us]'), np.ones((28, 9)));"
    "base = basket_base(panel, panel.ts[0], 60);"
    "[stage.compute(panel, base, Options()) for stage in STAGES]"
)


@pytest.mark.parametrize("statement", [COMPUTE_ALL, "import include.pipeline.evaluation"])
def test_no_stage_loads_what_the_evaluation_learns_with(statement):
    assert not loaded_by(statement) & LEARNS_AND_RESAMPLES


def test_to_measure_the_benefit_loads_it():
    assert loaded_by("import include.pipeline.benefit") >= LEARNS_AND_RESAMPLES


def test_a_stage_knows_its_task():
    assert {stage.task_id: stage.name for stage in STAGES} == {
        "stage_2_3": "currency_indices",
        "stage_2_4": "triangular_arbitrage",
        "stage_2_16b": "currency_blocs",
    }


def test_a_stage_is_found_by_its_name():
    assert [stage_named(name) for name in NAMES] == list(STAGES)
    with pytest.raises(ValueError, match="unknown stage 'stage_2_3': choose one of currency_indices, "):
        stage_named("stage_2_3")


def test_the_base_is_an_input_of_just_those_stages_that_need_it():
    panel = panel_of(market(800))
    bases = [basket_base(panel, panel.ts[bar]) for bar in (0, 100)]
    for stage in STAGES:
        inputs = [stage.inputs(base, Options()) for base in bases]
        columns = [stage.compute(panel, base, Options()) for base in bases]
        same = np.array_equal(*columns, equal_nan=True)
        assert (inputs[0] == inputs[1], same) == (not stage.needs_base, not stage.needs_base), stage.name


@pytest.mark.parametrize("claim", ["rows_match_their_markers", "stages_share_their_bars"])
def test_a_check_of_all_stages_names_the_table_of_each(claim):
    assert re.findall(r"from tier1\.(\w+)\s+where ts_utc", claims()[claim]) == NAMES


def test_the_checks_count_the_stages():
    assert f"count(*) = {len(STAGES)} *" in claims()["every_month_is_finished"]
    assert f"count(*) <> {len(STAGES)}" in claims()["stages_share_their_bars"]
    assert re.findall(r"'([a-z_]+)'", claims()["rows_match_their_markers"]) == NAMES
