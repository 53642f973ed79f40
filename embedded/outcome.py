"""What came of a demo run: judged by the run, the database and the instance themselves."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from embedded.airflow_api import DAG_ID, TaskState
from embedded.database import rows_of_run, stage_sizes
from embedded.home import Home
from embedded.look import Look
from embedded.run_view import task_table
from include.settings import settings

TAIL_LINES = 15


@dataclass(frozen=True)
class Outcome:
    """A run that has ended, and the instance before, during and after it."""

    run_id: str
    run_state: str
    tasks: Sequence[TaskState]
    before: Look
    during: Look | None
    after: Look
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the run is green and the instance is the small one, and runs."""
        return self.run_state == "success" and self.after == Look(settings().base_type, "running")

    def show(self, console: Console, home: Home) -> None:
        """Print it; where something failed, also the end of its log."""
        console.print(task_table(self.tasks))
        console.print(_stage_table(self.run_id))
        summary = Table(show_header=False)
        summary.add_row("instance before", str(self.before))
        summary.add_row("instance during", str(self.during or "never seen between the resizes"))
        summary.add_row("instance after", str(self.after))
        summary.add_row("validation", next((t.state for t in self.tasks if t.task_id == "validate"), None))
        summary.add_row("run", f"{self.run_state}, {self.run_id}")
        summary.add_row("in all", f"{self.seconds:.0f} s")
        console.print(summary)
        for task in self.tasks:
            if task.state == "failed":
                _show_log(console, home, self.run_id, task)


def _stage_table(run_id: str) -> Table:
    """Make a table of what the run has computed, beside what earlier runs have left."""
    url = os.environ["TIER1_DATABASE_URL"]
    computed = rows_of_run(url, run_id)
    table = Table("relation", "rows of this run", "rows in all", "columns")
    for size in stage_sizes(url):
        table.add_row(
            size.relation, f"{computed.get(size.relation, 0):,}", f"{size.rows:,}", str(size.columns)
        )
    return table


def _show_log(console: Console, home: Home, run_id: str, task: TaskState) -> None:
    directory = home.task_logs / f"dag_id={DAG_ID}" / f"run_id={run_id}" / f"task_id={task.task_id}"
    if task.map_index >= 0:
        directory /= f"map_index={task.map_index}"
    for log in directory.rglob(f"attempt={task.attempt}.log"):
        console.print(
            f"\n[red]{escape(task.name)} failed[/]; the whole log is {escape(str(log))}", soft_wrap=True
        )
        for line in log.read_text(errors="replace").splitlines()[-TAIL_LINES:]:
            console.print(_readable(line), markup=False, highlight=False, soft_wrap=True)


def _readable(line: str) -> str:
    """Make a line of a task's log, which is JSON, one for people."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in entry.get("error_detail") or []]
    return "\n".join([f"{entry.get('level', '')}: {entry.get('event', '')}", *errors])
