"""What people do in Airflow's UI: the calls that its dialogs make, as a browser sent them (Airflow 3.3.2)."""

from datetime import datetime
from typing import Any

from embedded.airflow_api import AirflowApi

NOTHING_TICKED = dict.fromkeys(
    ["include_downstream", "include_future", "include_past", "include_upstream"], False
)


class People(AirflowApi):
    """One DAG, in the hands of its users."""

    def mark_task(self, run_id: str, task_id: str, state: str) -> None:
        """*Mark Task Instance as...*, with nothing else ticked."""
        task_id, index = self._instance(run_id, task_id)
        url = f"{self._dag}/dagRuns/{run_id}/taskInstances/{task_id}"
        body = {**NOTHING_TICKED, "new_state": state, "note": None}
        self._call("PATCH", url, params={"map_index": index}, json=body)

    def mark_run(self, run_id: str, state: str) -> None:
        """*Mark Dag Run as...*."""
        self._call("PATCH", f"{self._dag}/dagRuns/{run_id}", json={"note": None, "state": state})

    def clear(
        self,
        run_id: str,
        task_id: str,
        *,
        downstream: bool = True,
        only_failed: bool = False,
        prevent_rerun: bool = True,
    ) -> None:
        """*Clear Task Instance*, by default with what is ticked when the dialog opens."""
        body: dict[str, Any] = {
            **NOTHING_TICKED,
            "dag_run_id": run_id,
            "dry_run": False,
            "include_downstream": downstream,
            "only_failed": only_failed,
            "run_on_latest_version": False,
            "task_ids": [self._instance(run_id, task_id)],
        }
        if prevent_rerun:  # *Prevent rerun if task is running*
            body["prevent_running_task"] = True
        self._call("POST", f"{self._dag}/clearTaskInstances", json=body)

    def _instance(self, run_id: str, task_id: str) -> tuple[str, int]:
        """Task and index of what a person has selected: a task, a shard (stage_2_3[1]), or the only shard."""
        task_id, _, index = task_id.rstrip("]").partition("[")
        if index:
            return task_id, int(index)
        [only] = [task.map_index for task in self.tasks(run_id) if task.task_id == task_id]
        return task_id, only

    def clear_listed(self, run_id: str, task_ids: list[str]) -> None:
        """The same, after tasks were unticked in the dialog's list: it sends the others."""
        body = {
            **NOTHING_TICKED,
            "dag_run_id": run_id,
            "dry_run": False,
            "only_failed": False,
            "prevent_running_task": True,
            "run_on_latest_version": False,
            "task_ids": task_ids,
        }
        self._call("POST", f"{self._dag}/clearTaskInstances", json=body)

    def clear_run(self, run_id: str, *, only_failed: bool) -> None:
        """*Clear Dag Run*: *Clear existing tasks* or *Clear only failed tasks*."""
        body = {
            "dry_run": False,
            "only_failed": only_failed,
            "only_new": False,
            "run_on_latest_version": False,
        }
        self._call("POST", f"{self._dag}/dagRuns/{run_id}/clear", json=body)

    def delete_run(self, run_id: str) -> None:
        """*Delete run*."""
        self._call("DELETE", f"{self._dag}/dagRuns/{run_id}")

    def decide(self, run_id: str, option: str) -> None:
        """One of the answers, where the run asks for one."""
        body = {"chosen_options": [option], "params_input": {}}
        url = f"{self._dag}/dagRuns/{run_id}/taskInstances/approve/-1/hitlDetails"
        self._call("PATCH", url, json=body)

    def variable(self, key: str) -> str:
        """A Variable's value, as *Admin > Variables* shows it."""
        return self._call("GET", f"{self._url}/api/v2/variables/{key}")["value"]

    def delete_variable(self, key: str) -> None:
        """*Delete Variable*."""
        self._call("DELETE", f"{self._url}/api/v2/variables/{key}")

    def resize_pool(self, name: str, slots: int) -> None:
        """*Edit pool*."""
        url = f"{self._url}/api/v2/pools/{name}"
        self._call("PATCH", url, params={"update_mask": "slots"}, json={"slots": slots})

    def parsed(self) -> float:
        """When its file was parsed last, in seconds since the epoch."""
        return datetime.fromisoformat(self._call("GET", self._dag)["last_parsed_time"]).timestamp()

    def versions(self) -> int:
        """How many versions of the DAG Airflow knows."""
        return self._call("GET", f"{self._dag}/dagVersions")["total_entries"]
