"""Shows a run while it happens: a live table on a terminal, a line per change elsewhere."""

import time
from collections.abc import Sequence
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from embedded.airflow_api import TaskState

COLOURS = {
    "success": "green",
    "failed": "red",
    "upstream_failed": "red",
    "running": "yellow",
    "deferred": "cyan",
}
LINE_EVERY_SECONDS = 5.0


class RunView(Protocol):
    """Something that shows the tasks of a run, again and again."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *raised: object) -> None: ...
    def show(self, tasks: Sequence[TaskState]) -> None:
        """Show the tasks as they are now."""


def run_view(console: Console) -> RunView:
    """Return the view that suits the console."""
    return LiveTable(console) if console.is_terminal else ChangeLines(console)


def task_table(tasks: Sequence[TaskState]) -> Table:
    """Make a table of the tasks: their states, how long they took, on which host they ran."""
    table = Table("task", "state", "seconds", "host")
    table.columns[-2].justify = "right"
    for task in tasks:
        seconds = "" if task.seconds is None else f"{task.seconds:.1f}"
        table.add_row(escape(task.name), _coloured(task.state), seconds, task.host)
    return table


class LiveTable:
    """A table that is drawn again in place; the last one stays."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._live.stop()

    def show(self, tasks: Sequence[TaskState]) -> None:
        """Draw the table again."""
        self._live.update(task_table(tasks), refresh=True)


class ChangeLines:
    """One line per change of a task's state, and a sign of life when nothing changes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen: dict[str, str | None] = {}
        self._spoke = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        pass

    def show(self, tasks: Sequence[TaskState]) -> None:
        """Print what is new."""
        for task in tasks:
            if task.state is not None and self._seen.get(task.name) != task.state:
                self._say(task)
                self._seen[task.name] = task.state
        if time.monotonic() - self._spoke > LINE_EVERY_SECONDS:
            for task in tasks:
                if task.is_active:
                    self._say(task)

    def _say(self, task: TaskState) -> None:
        seconds = "" if task.seconds is None else f" ({task.seconds:.1f} s)"
        self._console.print(f"{task.name}: {task.state}{seconds}", markup=False, highlight=False)
        self._spoke = time.monotonic()


def _coloured(state: str | None) -> str:
    if state is None:
        return ""
    colour = COLOURS.get(state)
    return f"[{colour}]{state}[/]" if colour else state
