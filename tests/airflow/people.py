"""What people do in Airflow's UI: the calls that its dialogs make."""

from embedded.airflow_api import AirflowApi


class People(AirflowApi):
    """One DAG, in the hands of its users."""

    def mark_task(self, run_id: str, task_id: str, state: str) -> None:
        """*Mark as ...* on a task."""
        body = {"new_state": state}
        self._call("PATCH", f"{self._dag}/dagRuns/{run_id}/taskInstances/{task_id}", json=body)

    def mark_run(self, run_id: str, state: str) -> None:
        """*Mark as ...* on a run."""
        self._call("PATCH", f"{self._dag}/dagRuns/{run_id}", json={"state": state})

    def clear(self, run_id: str, task_id: str, **ticked: bool) -> None:
        """*Clear* on a task: runs it again, with what else is ticked."""
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [[task_id, -1]],
            "include_downstream": True,
            "include_upstream": False,
            "include_future": False,
            "include_past": False,
            "only_failed": False,
            "run_on_latest_version": True,
            "prevent_running_task": True,
            **ticked,
        }
        self._call("POST", f"{self._dag}/clearTaskInstances", json=body)

    def clear_run(self, run_id: str, *, only_failed: bool) -> None:
        """*Clear run*."""
        body = {"dry_run": False, "only_failed": only_failed, "run_on_latest_version": True}
        self._call("POST", f"{self._dag}/dagRuns/{run_id}/clear", json=body)

    def delete_run(self, run_id: str) -> None:
        """*Delete run*."""
        answer = self._session.delete(f"{self._dag}/dagRuns/{run_id}", timeout=30)
        answer.raise_for_status()

    def decide(self, run_id: str, option: str) -> None:
        """*Approve* or *Reject* where the run asks for it."""
        body = {"chosen_options": [option], "params_input": {}}
        url = f"{self._dag}/dagRuns/{run_id}/taskInstances/approve/-1/hitlDetails"
        self._call("PATCH", url, json=body)

    def versions(self) -> int:
        """How many versions of the DAG Airflow knows."""
        return self._call("GET", f"{self._dag}/dagVersions")["total_entries"]
