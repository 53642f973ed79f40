"""The demo shows one line for each task, and one for each shard where a stage is shared out."""

from typing import Any

from embedded.airflow_api import AirflowApi
from embedded.run_view import task_table

AT_ONCE = 100  # Airflow gives no more, whatever is asked for


class Airflow(AirflowApi):
    """Answers as the API does, from what it is given."""

    def __init__(self, *tasks: dict[str, Any]) -> None:
        self._dag = ""
        self._known = sorted(tasks, key=lambda it: it["map_index"])

    def _call(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        begin = request["params"]["offset"]
        return {
            "task_instances": self._known[begin : begin + AT_ONCE],
            "total_entries": len(self._known),
        }


def task(task_id: str, map_index: int = -1, months: str | None = None) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "map_index": map_index,
        "rendered_map_index": months,
        "state": None,
        "try_number": 0,
        "start_date": None,
        "end_date": None,
        "hostname": "",
    }


def names(*tasks: dict[str, Any]) -> list[str]:
    return [it.name for it in Airflow(*tasks).tasks("run")]


def test_the_only_shard_is_named_as_its_task():
    assert names(task("upsize"), task("stage_2_3", 0, "2024-01 to 2024-12")) == ["upsize", "stage_2_3"]


def test_several_shards_are_named_by_their_months_or_by_their_index_before_they_have_begun():
    shards = [task("stage_2_3", 1, "2024-07 to 2024-12"), task("stage_2_3", 0, None)]
    assert names(task("upsize"), *shards) == [
        "upsize",
        "stage_2_3 [0]",
        "stage_2_3 [2024-07 to 2024-12]",
    ]


def test_more_tasks_than_airflow_gives_at_once_are_all_there():
    found = Airflow(*(task("stage_2_3", shard, f"month {shard}") for shard in range(64 * 3 + 12))).tasks(
        "run"
    )
    assert [it.map_index for it in found] == list(range(64 * 3 + 12))


def test_the_table_shows_the_months_as_they_are():
    """Rich takes square brackets for markup."""
    table = task_table(Airflow(task("stage_2_3", 0, "/a"), task("stage_2_3", 1, "b")).tasks("run"))
    assert table.row_count == 2
    assert "\\[/a]" in next(iter(table.columns[0].cells))
