"""The report names each shard of a stage by its months, as Airflow's UI does."""

from include.months import MonthRange
from tier1_tasks.instances import Instance, instances

YEAR = MonthRange.of_texts("2024-01", "2024-12")
TASKS = ["upsize", "stage_2_3", "stage_2_4"]


def test_a_stage_with_one_shard_is_named_as_the_task():
    states = {"upsize": "success", "stage_2_3_0": "failed", "stage_2_4": "upstream_failed"}
    assert list(instances(TASKS, states, [YEAR])) == [
        Instance("upsize", "upsize", None, "success"),
        Instance("stage_2_3", "stage_2_3", 0, "failed"),
        Instance("stage_2_4", "stage_2_4", None, "upstream_failed"),  # not mapped before it can run
    ]


def test_several_shards_are_named_by_their_months_in_order():
    states = {f"stage_2_3_{shard}": "success" for shard in (10, 2, 1, 0, 3, 4, 5, 6, 7, 8, 9, 11)}
    found = [it.name for it in instances(["stage_2_3"], states, YEAR.split(12))]
    assert found[0] == "stage_2_3 [2024-01 to 2024-01]"
    assert found[-1] == "stage_2_3 [2024-12 to 2024-12]"
    assert found == sorted(found)


def test_a_run_that_was_never_planned_has_its_tasks():
    found = list(instances(TASKS, {"upsize": "upstream_failed"}, []))
    assert [(it.name, it.state) for it in found] == [
        ("upsize", "upstream_failed"),
        ("stage_2_3", None),
        ("stage_2_4", None),
    ]
