"""What Airflow's own database tells of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from include.settings import WhenToResize
from tier1_page.live.wording import NOT_BEGUN
from tier1_page.view import lasted
from tier1_tasks.names import APPROVE, DAG_ID, DOWNSIZE, EVALUATE, PREFLIGHT, UPSIZE, VALIDATE
from tier1_tasks.planned import DECIDED_KEY, ESTIMATE_KEY, RESIZE_KEY, Choice, Proposal, choose

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

RETURNED = "return_value"
LEFT = (
    (PREFLIGHT, RETURNED),
    (PREFLIGHT, ESTIMATE_KEY),
    (PREFLIGHT, RESIZE_KEY),
    (APPROVE, RETURNED),
    (UPSIZE, RETURNED),
    (DOWNSIZE, RETURNED),
    (VALIDATE, RETURNED),
    (VALIDATE, DECIDED_KEY),
)

NEVER_AT_WORK = NOT_BEGUN | {"upstream_failed", "skipped"}
"""States in which the present try has done nothing."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The months, YYYY-MM, that one of the tasks of each stage sees to; both ends are included."""

    first: str
    last: str

    def __iter__(self) -> Iterator[str]:
        """Yield each month."""
        first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (self.first, self.last))
        return (f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A task instance.

    Attributes:
        task_id: its task.
        map_index: which shard it is; -1 of a task that is not mapped, or not yet.
        state: its state; None before it has one.
        started: when its last try began.
        ended: when that ended.
    """

    task_id: str
    map_index: int = -1
    state: str | None = None
    started: datetime | None = None
    ended: datetime | None = None

    @property
    def of_this_try(self) -> TaskSeen:
        """Leave out the times of an earlier try: Airflow keeps them until the next one begins, or ends."""
        if self.state in NEVER_AT_WORK:
            return replace(self, started=None, ended=None)
        if self.ended and (self.started is None or self.ended < self.started):
            return replace(self, ended=None)
        return self


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run.

    Attributes:
        run_id: the run.
        state: its state.
        started: when it began; None while it is queued.
        ended: when it ended.
        parameters: those that it was triggered with, and the defaults of the others.
        unreadable: why what it was triggered with cannot be read, and the defaults stand for it.
        tasks: its task instances.
        left: what its tasks have left behind, by task and key.
    """

    run_id: str
    state: str
    started: datetime | None = None
    ended: datetime | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    unreadable: str = ""
    tasks: Collection[TaskSeen] = ()
    left: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether none of its tasks will run any more, unless one is cleared."""
        from airflow.utils.state import State

        return self.state in State.finished_dr_states

    @property
    def shards(self) -> list[Shard]:
        """The months of each shard; none before preflight has succeeded."""
        return [Shard(**it) for it in self.left.get((PREFLIGHT, RETURNED)) or []]

    @property
    def choice(self) -> Choice:
        """Whether it makes the instance big, as far as that is decided."""
        proposal = self.left.get((PREFLIGHT, RESIZE_KEY))
        resize = WhenToResize(self.parameters["resize"])
        return choose(resize, self.left.get((APPROVE, RETURNED)), Proposal(**proposal) if proposal else None)

    @property
    def evaluates(self) -> bool:
        """Whether it profiles the features."""
        return bool(self.parameters.get(EVALUATE, True))

    def returned(self, task_id: str, key: str = RETURNED) -> Any:
        """Return what a task has left in its last try; None before that has begun.

        Airflow forgets it then: until then, what an earlier try has left is there, and out of date.
        """
        is_to_come = self.state_of(task_id) in {*NOT_BEGUN, "upstream_failed"}
        return None if is_to_come else self.left.get((task_id, key))

    def instances_of(self, task_id: str) -> list[TaskSeen]:
        """Return the task instances of a task, in the order of their shards."""
        found = [it.of_this_try for it in self.tasks if it.task_id == task_id and it.state != "removed"]
        return sorted(found, key=lambda it: it.map_index)

    def state_of(self, task_id: str) -> str | None:
        """Return the state of a task; of a mapped one, of the shard that is worst off."""
        states = [it.state for it in self.instances_of(task_id)]
        return min(states, key=lambda it: WORST_FIRST.get(it or "", 5), default=None)


WORST_FIRST = {"failed": 0, "upstream_failed": 1, "running": 2, "up_for_retry": 2, "deferred": 3, "queued": 4,
               "skipped": 6, "success": 7}  # fmt: skip


def log_of(run_id: str, task_id: str, map_index: int = -1) -> str:
    """Return where the log of a task instance is, from the root of Airflow's UI."""
    mapped = f"/mapped/{map_index}" if map_index >= 0 else ""
    return f"{run_path(run_id)}/tasks/{task_id}{mapped}"


def run_path(run_id: str) -> str:
    """Return where a run is, from the root of Airflow's UI."""
    return f"dags/{DAG_ID}/runs/{quote(run_id, safe='')}"


def look_at_run(run_id: str) -> RunSeen | None:
    """Read a run from the database of this Airflow; None where it has none of that name."""
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        return read_run(session, run_id)


def read_run(session: Session, run_id: str) -> RunSeen | None:
    """Read a run; None where there is none of that name."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance as Ti
    from airflow.models.xcom import XComModel as XCom
    from sqlalchemy import and_, select

    def of_run(model: Any) -> Any:
        return and_(model.dag_id == DAG_ID, model.run_id == run_id)

    run = session.execute(
        select(DagRun.state, DagRun.start_date, DagRun.end_date, DagRun.conf).where(of_run(DagRun))
    ).one_or_none()
    if run is None:
        return None
    tasks = session.execute(
        select(Ti.task_id, Ti.map_index, Ti.state, Ti.start_date, Ti.end_date).where(of_run(Ti))
    )
    wanted = XCom.task_id.in_({task for task, _ in LEFT}), XCom.key.in_({key for _, key in LEFT})
    left = session.execute(select(XCom.task_id, XCom.key, XCom.value).where(of_run(XCom), *wanted))
    return RunSeen(
        run_id,
        str(run.state),
        run.start_date,
        run.end_date,
        *_parameters(run.conf or {}),
        tuple(TaskSeen(*task) for task in tasks),
        {(it.task_id, it.key): as_left(it) for it in left},
    )


def _parameters(conf: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Return the parameters of a run, and why what it was triggered with cannot be read."""
    from tier1_tasks.form import PARAMS, RunParams

    defaults = {name: param.value for name, param in PARAMS.items()}
    found = {**defaults, **conf}
    try:
        RunParams.of(found)
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # preflight refuses such a run
        return defaults, str(error)
    return found, ""


def look_at_shards(run_ids: Collection[str]) -> dict[str, list[Shard]]:
    """Read the months of the shards of other runs from the database of this Airflow."""
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        return read_shards(session, run_ids)


def read_shards(session: Session, run_ids: Collection[str]) -> dict[str, list[Shard]]:
    """Read the months of the shards of runs, those that Airflow still has."""
    from airflow.models.xcom import XComModel as XCom
    from sqlalchemy import select

    found = session.execute(
        select(XCom.run_id, XCom.value).where(
            XCom.dag_id == DAG_ID,
            XCom.run_id.in_(run_ids),
            XCom.task_id == PREFLIGHT,
            XCom.key == RETURNED,
        )
    )
    return {row.run_id: [Shard(**it) for it in as_left(row) or []] for row in found}


def look_at_durations(run_ids: Collection[str]) -> dict[str, float]:
    """Read how long other runs took from the database of this Airflow."""
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        return read_durations(session, run_ids)


def read_durations(session: Session, run_ids: Collection[str]) -> dict[str, float]:
    """Read how long runs took, those that Airflow still has and that have ended."""
    from airflow.models.dagrun import DagRun
    from sqlalchemy import select

    found = session.execute(
        select(DagRun.run_id, DagRun.start_date, DagRun.end_date).where(
            DagRun.dag_id == DAG_ID, DagRun.run_id.in_(run_ids)
        )
    )
    took = {run_id: lasted(started, ended) for run_id, started, ended in found}
    return {run_id: seconds for run_id, seconds in took.items() if seconds is not None}


def as_left(row: Any) -> Any:
    """Return the value of a row as its task has left it: Airflow has encoded what JSON does not know."""
    from airflow.sdk.execution_time.xcom import XCom

    return XCom.deserialize_value(row)
