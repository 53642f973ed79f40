"""One run, while it goes on and when it has ended."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
from psycopg import sql

from embedded.airflow_api import FINISHED_RUN, FINISHED_TASK
from embedded.errors import EmbeddedError
from tests.airflow.people import People
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, TAGS

if TYPE_CHECKING:
    from tests.airflow.running import Running

SKIPPED = {"approve": "skipped", "evaluate": "skipped"}  # by the parameters of the tests' runs
RUN_SECONDS = 180


@dataclass
class Run:
    """A run of one DAG."""

    airflow: Running
    dag: People
    run_id: str

    def becomes(self, task_id: str, *states: str, seconds: float = 90) -> None:
        """Wait until a task is in one of the states."""
        eventually(lambda: self.states().get(task_id) in states, seconds)

    def states(self) -> dict[str, str | None]:
        """The state of each task; of a mapped stage with its index, where there are several shards."""
        rows = self._ask(
            "select task_id, map_index, state from task_instance where dag_id = %s and run_id = %s"
        )
        several = Counter(task for task, *_ in rows)
        alone = {task for task, count in several.items() if count == 1 and task.startswith("stage_")}
        return {
            task if index < 0 or task in alone else f"{task}[{index}]": state for task, index, state in rows
        }

    def attempts(self, task_id: str) -> int:
        return self._task(task_id, "try_number")

    def times(self, task_id: str) -> tuple[float, float]:
        """When the task's last try began and ended, in seconds since the epoch."""
        return self._task(task_id, "start_date").timestamp(), self._task(task_id, "end_date").timestamp()

    def order(self, *task_ids: str) -> list[str]:
        """Those of the tasks, in the order in which their last tries began."""
        return sorted(task_ids, key=lambda it: self.times(it)[0])

    def process(self, task_id: str) -> psutil.Process:
        """The process that a running task is; its parent is the supervisor."""
        return psutil.Process(self._task(task_id, "pid"))

    def host(self, task_id: str) -> str:
        """On which host its last try runs, or ran."""
        return self._task(task_id, "hostname")

    def range(self, task_id: str) -> str:
        """The months that a shard is named by."""
        return self._task(task_id, "rendered_map_index")

    def is_heard_of(self, task_id: str) -> None:
        """Wait until a task that runs has sent another heartbeat."""
        since = time.time()

        def heard() -> bool:
            assert self.states()[task_id] == "running", "it has ended"
            return self._task(task_id, "last_heartbeat_at").timestamp() > since

        eventually(heard)

    def kill(self, task_id: str) -> None:
        """End a running task with -9, and wait until Airflow has noticed; a new try may begin at once."""
        attempt = self.attempts(task_id)
        self.process(task_id).kill()
        eventually(
            lambda: self.states()[task_id] in {"up_for_retry", "failed"} or self.attempts(task_id) > attempt
        )

    def decide(self, option: str) -> None:
        """*Resize and compute*, *Compute as it is* or *Reject*, as soon as a person can."""
        self.becomes("approve", "awaiting_input")
        time.sleep(3)  # Airflow fails a task that goes on before it has noticed that its worker has ended
        self.dag.decide(self.run_id, option)

    def decide_at_once(self, option: str) -> None:
        """The same as a program does it: in the moment in which it is asked."""

        def answered() -> bool:
            try:
                self.dag.decide(self.run_id, option)
            except EmbeddedError:  # it is not asked yet
                return False
            return True

        eventually(answered)

    def mark_task(self, task_id: str, state: str) -> None:
        self.dag.mark_task(self.run_id, task_id, state)

    def mark(self, state: str) -> None:
        self.dag.mark_run(self.run_id, state)

    def clear(self, task_id: str, **ticked: bool) -> None:
        self.dag.clear(self.run_id, task_id, **ticked)
        self.goes_on()

    def goes_on(self) -> None:
        """Wait until what was cleared has begun."""
        eventually(lambda: self.colour() in {"queued", "running"})

    def finishes(self, seconds: float = RUN_SECONDS) -> str:
        """The colour in which the run ends; one that was marked has its teardowns still to do."""
        eventually(lambda: self.colour() in FINISHED_RUN and not self._unfinished(), seconds)
        return self.colour()

    def colour(self) -> str:
        rows = self._ask("select state from dag_run where dag_id = %s and run_id = %s")
        return rows[0][0] if rows else "unknown"

    def ends(
        self, colour: str, *says: str, instance: tuple[str, str] = (BASE, "running"), **states: str
    ) -> None:
        """Assert how the run ends: its colour, its tasks, the instance, and what its report says.

        Where the run is green, every task succeeds that is not named; downsize does in any case.
        """
        assert self.finishes() == colour, self.states()
        found = self.states()
        others = dict.fromkeys(found, "success") | SKIPPED if colour == "success" else {"verdict": "failed"}
        expected = others | {"downsize": "success"} | states
        assert {task: found[task] for task in expected} == expected
        self.airflow.instance_is(*instance)
        if instance == (BASE, "running"):
            assert TAGS.run not in self.airflow.aws.tags()
            assert self.airflow.aws.schedules() == []
        problems = self.report()["problems"]
        assert bool(problems) == (colour == "failed"), problems
        for text in says:
            assert text in " | ".join(problems)
        if colour == "success":
            self.airflow.was_green()

    def report(self) -> dict[str, Any]:
        """What the verdict has written."""
        found = self.airflow.ask("select report from tier1.run_report where run_id = %s", self.run_id)
        assert found, "the verdict has written no report"
        return found[0][0]

    def log(self, task_id: str) -> str:
        """The log of a task's last try, what triggers have logged in it first."""
        folder = self.airflow.home.task_logs / f"dag_id={self.dag.dag_id}" / f"run_id={self.run_id}"
        folder /= f"task_id={task_id.partition('[')[0]}"
        if (index := self._task(task_id, "map_index")) >= 0:
            folder /= f"map_index={index}"
        logs = folder.glob(f"attempt={self.attempts(task_id)}.log*")
        return "".join(log.read_text() for log in sorted(logs, reverse=True))

    def _task(self, task_id: str, column: str) -> Any:
        """A column of a task, or of one of its shards: stage_2_3[1]."""
        task_id, _, index = task_id.rstrip("]").partition("[")
        query = "select {} from task_instance where dag_id = %s and run_id = %s and task_id = %s"
        which = [index] if index else []
        query += " and map_index = %s" * len(which)
        [(value,)] = self._ask(sql.SQL(query).format(sql.Identifier(column)), task_id, *which)
        return value

    def _unfinished(self) -> list[str]:
        return [task for task, state in self.states().items() if state not in FINISHED_TASK]

    def _ask(self, query: str | sql.Composed, *more: str) -> list[Any]:
        """Rows of Airflow's own tables: its API would take a tenth of a core's second for each look."""
        try:
            with psycopg.connect(self.airflow.metadata) as conn:
                return conn.execute(query, [self.dag.dag_id, self.run_id, *more]).fetchall()
        except (FileNotFoundError, psycopg.OperationalError):  # it is being restarted
            return []
