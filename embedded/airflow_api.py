"""The few calls of Airflow's REST API that the demo needs."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any, Self

import requests

from embedded.errors import EmbeddedError
from embedded.loopback import session

DAG_ID = "tier1"
REQUEST_SECONDS = 30.0
FINISHED_RUN = frozenset({"success", "failed"})
FINISHED_TASK = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


class NoAnswerError(EmbeddedError):
    """Airflow did not answer this time; the same question may be answered later."""


@dataclass(frozen=True)
class TaskState:
    """One task of a run, as it is now; no state means that it has not been scheduled yet.

    Attributes:
        map_index: of a mapped task, its index; -1 of others.
        shard: of a mapped task, its months; none until it is known, or where it is the only one.
    """

    task_id: str
    map_index: int
    shard: str | None
    state: str | None
    attempt: int
    started: datetime | None
    ended: datetime | None
    host: str | None

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Self:
        """Read it from the API's answer."""
        return cls(
            task_id=answer["task_id"],
            map_index=answer["map_index"],
            shard=answer["rendered_map_index"] or str(answer["map_index"]),
            state=answer["state"],
            attempt=answer["try_number"],
            started=_moment(answer["start_date"]),
            ended=_moment(answer["end_date"]),
            host=answer["hostname"] or None,
        )

    @property
    def name(self) -> str:
        """The task's id; of one of several shards, with its months."""
        return self.task_id if self.shard is None else f"{self.task_id} [{self.shard}]"

    @property
    def seconds(self) -> float | None:
        """How long it has been running, or took."""
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds() if self.started else None

    @property
    def is_active(self) -> bool:
        """Whether something is still going to happen to a task that has begun."""
        return self.state is not None and self.state not in FINISHED_TASK


class AirflowApi:
    """One DAG, through the API of a running Airflow."""

    def __init__(self, url: str, user: str, password: str, dag_id: str = DAG_ID) -> None:
        self.dag_id = dag_id
        self._session = session()
        self._dag = f"{url}/api/v2/dags/{dag_id}"
        self._url = url
        credentials = {"username": user, "password": password}
        token = self._call("POST", f"{url}/auth/token", json=credentials)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def is_parsed(self) -> bool:
        """Tell whether Airflow knows the DAG."""
        return self._session.get(self._dag, timeout=REQUEST_SECONDS).ok

    def import_errors(self, since: datetime) -> list[str]:
        """Tell why DAG files could not be read; errors from before `since` may have been fixed meanwhile."""
        errors = self._call("GET", f"{self._url}/api/v2/importErrors")["import_errors"]
        return [
            f"{error['filename']}:\n{error['stack_trace']}"
            for error in errors
            if datetime.fromisoformat(error["timestamp"]) > since
        ]

    def pause(self, *, paused: bool) -> None:
        """Let no task of any run start, or let them start again."""
        self._call("PATCH", self._dag, json={"is_paused": paused})

    def trigger(self, run_id: str, conf: dict[str, Any]) -> None:
        """Start a run."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        self._call("POST", f"{self._dag}/dagRuns", json=body)

    def unfinished_runs(self) -> list[str]:
        """Return the ids of the runs that have not ended, oldest first."""
        query = {"state": ["queued", "running"], "order_by": "run_after"}
        runs = self._call("GET", f"{self._dag}/dagRuns", params=query)["dag_runs"]
        return [run["dag_run_id"] for run in runs]

    def run_state(self, run_id: str) -> str:
        """Return the state of a run."""
        return self._call("GET", f"{self._dag}/dagRuns/{run_id}")["state"]

    def mark_failed(self, run_id: str) -> None:
        """End a run early; its teardowns still do their work."""
        self._call("PATCH", f"{self._dag}/dagRuns/{run_id}", json={"state": "failed"})

    def tasks(self, run_id: str) -> list[TaskState]:
        """Return all tasks of a run; of a mapped one, each of its shards in order."""
        url = f"{self._dag}/dagRuns/{run_id}/taskInstances"
        found: list[TaskState] = []
        while True:  # Airflow gives 100 at a time, whatever is asked for
            answer = self._call("GET", url, params={"order_by": "map_index", "offset": len(found)})
            found += map(TaskState.of, answer["task_instances"])
            if len(found) >= answer["total_entries"] or not answer["task_instances"]:
                break
        several = Counter(task.task_id for task in found)
        return [task if several[task.task_id] > 1 else replace(task, shard=None) for task in found]

    def task_order(self) -> list[str]:
        """Return the ids of the tasks, each after those that it depends on."""
        tasks = self._call("GET", f"{self._dag}/tasks")["tasks"]
        order = TopologicalSorter({task["task_id"]: () for task in tasks})
        for task in tasks:
            for follower in task["downstream_task_ids"]:
                order.add(follower, task["task_id"])
        return list(order.static_order())

    def _call(self, method: str, url: str, **request: Any) -> dict[str, Any]:
        try:
            answer = self._session.request(method, url, timeout=REQUEST_SECONDS, **request)
        except requests.RequestException as error:
            raise NoAnswerError(f"Airflow does not answer any more: {error}") from error
        if answer.status_code >= 500:
            raise NoAnswerError(f"Airflow could not answer {method} {url}: {answer.status_code}")
        if not answer.ok:
            raise EmbeddedError(f"Airflow refused {method} {url}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else {}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
