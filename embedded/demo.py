"""The main job, end to end: start the services, load prices, run the DAG, show what came of it."""

import contextlib
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console

from embedded import aws
from embedded.airflow_api import DAG_ID, FINISHED_RUN, AirflowApi, NoAnswerError, TaskState
from embedded.console import step, wait_until
from embedded.credentials import UI_USER, passwords_file, ui_password
from embedded.database import has_prices, last_months
from embedded.environment import Ports, instance_id, project_environment
from embedded.errors import EmbeddedError
from embedded.home import REPOSITORY, Home
from embedded.look import Instance, Look
from embedded.outcome import Outcome
from embedded.pages import page_of_run
from embedded.run_view import run_view
from embedded.services import STOP_SECONDS, Services

DEMO_MONTHS = 24
PARSE_SECONDS = 60.0
RUN_SECONDS = 1800.0
IDLE_STOP_SECONDS = 2.0  # the run has ended: nobody has anything left to finish
LOOK_EVERY_SECONDS = 1.0  # each look costs the API server a tenth of a second of a core


class RunTooLongError(EmbeddedError):
    """A run did not end in time."""


class StopAtOnce(KeyboardInterrupt):
    """Interrupted a second time: nothing more is waited for."""


def run_demo(services: Services, ui_port: int) -> bool:
    """Run it with the services that `make up` left, or with own ones that it stops at the end."""
    ports = services.for_this_environment()
    if not aws.is_simulated(os.environ):
        services.console.print(
            f"This resizes {instance_id()} {aws.place(os.environ)}: it stops, works as a big one, and is "
            "made small again. Ctrl-C ends the run and makes it small, too.",
            style="bold",
            highlight=False,
            soft_wrap=True,
        )
    stay = ports is not None and services.stay
    grace_seconds = STOP_SECONDS
    try:
        if ports is None:
            ports = services.start(ui_port, stay=False)
        env = project_environment(services.home, ports)
        os.environ.clear()
        os.environ.update(env)  # from here on this process sees the world as the services do
        demo = Demo(services.console, services.home, ports)
        is_well = demo.run()
        if stay:
            demo.say_where_it_is()
    except StopAtOnce:
        grace_seconds = 0.0
        raise
    else:
        grace_seconds = IDLE_STOP_SECONDS
        return is_well
    finally:
        if not stay:
            services.stop(grace_seconds)


class Demo:
    """One run of the DAG against services that run."""

    def __init__(self, console: Console, home: Home, ports: Ports) -> None:
        self.console = console
        self.home = home
        self.ports = ports
        self.run_id = f"demo__{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}"
        self.api = AirflowApi(ports.ui_url, UI_USER, ui_password(home))
        self.instance = Instance(os.environ["TIER1_INSTANCE_ID"])
        self.during: Look | None = None
        # the services end with the demo: a real instance is waited for until it is small
        self.patience = RUN_SECONDS if ports.ec2 else math.inf

    def run(self) -> bool:
        """Run it, and tell whether the run is green and the instance small again."""
        begun = time.monotonic()
        self._load_prices()
        self._wait_for_dag()
        for run_id in self.api.unfinished_runs():
            self.console.print(f"The run {run_id} of an earlier time is unfinished: it ends first.")
            with self._ended_on_interrupt(run_id):
                self._watch(run_id, self.patience)
        before = self.instance.look()
        run_id = self.run_id
        page = page_of_run(self.ports, run_id)
        self.console.print(f"Run {run_id}: watch it at {page}", highlight=False, soft_wrap=True)
        self.console.print(
            f"(user {UI_USER}, password in {passwords_file(self.home)})", highlight=False, soft_wrap=True
        )
        self.during = None
        with self._ended_on_interrupt(run_id):
            self.api.trigger(run_id, _conf())
            tasks = self._watch(run_id, self.patience)
        outcome = Outcome(
            run_id=run_id,
            run_state=self.api.run_state(run_id),
            tasks=tasks,
            before=before,
            during=self.during,
            after=self.instance.look(),
            seconds=time.monotonic() - begun,
        )
        outcome.show(self.console, self.home)
        return outcome.is_well

    def say_where_it_is(self) -> None:
        """Name the page of the run, as the UI stays up."""
        page = page_of_run(self.ports, self.run_id)
        self.console.print(f"Its page, with the report: {page}", highlight=False, soft_wrap=True)

    def _load_prices(self) -> None:
        if has_prices(os.environ["TIER1_DATABASE_URL"]):
            return
        with step(self.console, "Loading the ECB's exchange rates since 1999"):
            command = [sys.executable, "-m", "cli", "load", "ecb"]
            done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if done.returncode:
            raise EmbeddedError(f"The prices could not be loaded:\n{done.stdout}{done.stderr}")

    def _wait_for_dag(self) -> None:
        now = datetime.now(UTC)

        def check() -> None:
            errors = self.api.import_errors(since=now)
            if errors:
                raise EmbeddedError("Airflow cannot read the DAG files.\n" + "\n".join(errors))

        with step(self.console, "Waiting until Airflow has read the DAG"):
            wait_until(self.api.is_parsed, timeout=PARSE_SECONDS, what=f"The DAG {DAG_ID}", check=check)
        self.api.pause(paused=False)

    def _watch(self, run_id: str, seconds: float) -> list[TaskState]:
        """Show the run until it has ended."""
        order = {task_id: place for place, task_id in enumerate(self.api.task_order())}
        deadline = time.monotonic() + seconds
        with run_view(self.console) as view:
            while True:
                with contextlib.suppress(NoAnswerError):  # one look of many; the deadline bounds them all
                    state = self.api.run_state(run_id)
                    tasks = sorted(
                        self.api.tasks(run_id), key=lambda task: order.get(task.task_id, len(order))
                    )
                    view.show(tasks)
                    self._look_during(tasks)
                    if state in FINISHED_RUN:
                        return tasks
                if time.monotonic() > deadline:
                    raise RunTooLongError(f"The run {run_id} did not end within {seconds / 60:.0f} minutes.")
                time.sleep(LOOK_EVERY_SECONDS)

    def _look_during(self, tasks: Sequence[TaskState]) -> None:
        """Note what the instance is between the two resizes."""
        states = {task.task_id: task.state for task in tasks}
        if states.get("upsize") == "success" and states.get("downsize") is None:
            with contextlib.suppress(EmbeddedError):  # one look of many
                self.during = self.instance.look()

    @contextmanager
    def _ended_on_interrupt(self, run_id: str) -> Iterator[None]:
        """Leave no big instance behind when the person, the clock or an error ends the demo."""
        try:
            yield
        except (KeyboardInterrupt, EmbeddedError):
            self._end(run_id)
            raise

    def _end(self, run_id: str) -> None:
        self.console.print(
            "Ending the run: its teardown makes the instance small again, which takes some minutes. Ctrl-C "
            "once more stops at once, and leaves the instance as it is."
        )
        try:
            self.api.mark_failed(run_id)
            self._watch(run_id, self.patience)
        except KeyboardInterrupt as again:
            self.console.print(f"Stopped at once: the run {run_id} goes on when the services start again.")
            raise StopAtOnce from again
        except EmbeddedError as error:  # the interrupt is what the caller shall hear of
            self.console.print(str(error), style="red", markup=False)
        finally:
            self._say_what_is_left()

    def _say_what_is_left(self) -> None:
        try:
            self.console.print(f"The instance now: {self.instance.look()}", highlight=False)
        except EmbeddedError as error:
            self.console.print(str(error), style="red", markup=False)


def _conf() -> dict[str, object]:
    first, last = last_months(os.environ["TIER1_DATABASE_URL"], DEMO_MONTHS)
    return {"require_approval": False, "start_month": first, "end_month": last}
