"""A running Airflow on a copy of the project, its AWS, and its two databases."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from rich.console import Console

from embedded import airflow, postgres
from embedded.airflow_api import FINISHED_RUN
from embedded.credentials import UI_USER, ui_password
from embedded.environment import INSTANCE_ID, Ports, airflow_environment
from embedded.home import Home
from embedded.loopback import free_port
from embedded.processes import Service, stop
from embedded.services import Services
from include.store.connection import connect
from include.store.schema import ensure_schema
from tests.airflow.awkward import Awkward
from tests.airflow.aws import TOPIC, Aws
from tests.airflow.machine import Machine
from tests.airflow.people import People
from tests.airflow.project import DAG_FILE, GUARD_FILE, Project
from tests.airflow.run import Run
from tests.airflow.waiting import eventually
from tests.airflow.watch import Watch
from tests.conftest import wait_for_no_disk
from tests.ec2 import automation
from tests.ec2.simulator import BASE, TAGS
from tests.guardian import guarded_folder

FIRST, LAST = "2024-01", "2024-02"
CONF = {"require_approval": False, "evaluate": False, "start_month": FIRST, "end_month": FIRST, "force": True}
# What is idle leaves the machine to what is tested: a scheduler that looks four times a second takes a sixth
# of a core. DAG files that change are parsed anew at once, whatever is said here of the others.
AIRFLOW_PACE = {
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
    # else a file that is edited within 30 s of its last change is parsed, and the scheduler never hears of it
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "5",
}
START_SECONDS = 10  # at least so long the API server needs to start
MISSED_SECONDS = 20  # a file that has changed is parsed within 5, on a loaded machine within 15
_numbers = itertools.count()


@contextmanager
def running_airflow() -> Iterator["Running"]:
    """An Airflow that runs for as long as the block takes."""
    with guarded_folder() as folder:
        running = Running(folder)
        try:
            running.launch()
            yield running
        finally:
            running.stop()


class Running(Awkward):
    """What a test has in its hands.

    Attributes:
        watch: looks at the instance while a test runs.
        began: when the test began, in seconds since the epoch.
        moment: when what the test is about has happened, in seconds since the epoch.
        seconds: how long after it the instance was what it was to be, for good; None before it was.
        has_own_settings: whether Airflow runs with its own settings.
        owed: to be called when a new run has been green, one for each test that has passed.
    """

    watch: Watch
    began: float
    moment: float
    seconds: float | None
    has_own_settings: bool
    owed: list[Callable[[], None]]

    def __init__(self, folder: Path) -> None:
        self.owed = []
        self.has_own_settings = True
        self.project = Project(folder / "project")
        self.home = Home(folder / ".tier1", self.project.path)
        # a server of its own for the prices: it may be gone while Airflow's is not
        self.prices = Home(folder / ".prices", self.project.path)
        self.services = Services(self.home, Console(stderr=True, quiet=True), AIRFLOW_PACE)

    def launch(self) -> None:
        """Start everything; whatever becomes of it, `stop` ends what has been started."""
        self.prices.create()
        postgres.start_postgres(self.prices)
        self.features = postgres.database_url(self.prices, postgres.FEATURES)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TIER1_DATABASE_URL", self.features)
            ports = self.services.start(free_port(), stay=False)
            self.env = self._own_env = airflow_environment(self.home, ports) | AIRFLOW_PACE
        for home in (self.home, self.prices):
            wait_for_no_disk(home)  # servers are killed here, never the machine below them
        self.ports: Ports = ports
        self.metadata = postgres.database_url(self.home, postgres.METADATA)
        self._load_prices()
        self.aws = Aws(ports.ec2_url)
        self.machine = Machine(self.home, self.home.path.parent)
        self.project.defaults = self._settings()
        self._people_log_in()
        eventually(lambda: self.tier1.is_parsed() and self.guard.is_parsed())

    def stop(self) -> None:
        """End everything, also what a killed scheduler has left behind."""
        self.services.stop()
        postgres.stop_postgres(self.prices)
        for process in psutil.process_iter(["cwd"]):
            if process.info["cwd"] == str(self.home.path):
                with suppress(psutil.NoSuchProcess):  # it has just ended
                    process.kill()

    def begin(self) -> None:
        """Begin a test, with nothing wrong anywhere."""
        self.reset()
        self.watch, self.seconds = Watch(self.aws), None
        self.began = time.time()
        self.happens()

    def happens(self) -> None:
        """Now: what the test is about."""
        self.moment = time.time()

    def patches(self, module: str, lines: str) -> None:
        """Something else is in a module of the project, and Airflow has read it."""
        eventually(self.knows_its_files)
        self.project.patch(module, lines)
        eventually(self.knows_its_files)

    def allows_another_try(self) -> None:
        """A task on the instance may be tried again, and Airflow has read it."""
        self.project.set(stage_retries=1)
        self.patches("tier1_tasks.stages", "")

    @property
    def identity(self) -> str:
        """What the leases of this Airflow's runs say."""
        return self.tier1.variable("tier1_installation")

    def instance_is(self, instance_type: str, state: str) -> None:
        """Assert what it is, and note since when."""
        assert self.aws.outcome() == (instance_type, state)
        eventually(lambda: self.watch.changes[-1][1] == (instance_type, state))
        self.seconds = self.watch.seconds_until_now(self.moment)

    def was_green(self) -> None:
        """A run has been green: whatever the tests before have done to Airflow or the instance is fixed."""
        for record in self.owed:
            record()
        self.owed.clear()

    def reset(self) -> None:
        """Fix everything and end every run."""
        if not self.has_own_settings:
            self.starts_again_with({})
        self.project.restore()
        self.revive()
        self.prices_are_there()
        eventually(self.knows_its_files)  # a run gets the number of its retries when it is made
        self.aws.control("DELETE", "faults")
        for dag in (self.tier1, self.guard):
            dag.pause(paused=False)
            for run_id in dag.unfinished_runs():
                dag.mark_run(run_id, "failed")
                Run(self, dag, run_id).finishes()
        self.aws.reset()

    def start(self, dag: People | None = None, **conf: Any) -> Run:
        """A run of `tier1` that computes a month, or of another DAG."""
        run_id = f"test__{os.getpid()}_{next(_numbers)}"
        dag = dag or self.tier1
        dag.trigger(run_id, CONF | conf if dag is self.tier1 else conf)
        return Run(self, dag, run_id)

    @contextmanager
    def tried_out(self) -> Iterator[tuple[subprocess.Popen[bytes], Run]]:
        """A run of `airflow dags test`, whose tasks no scheduler knows; it ends with the block."""
        query = "select run_id from dag_run where dag_id = 'tier1'"
        with psycopg.connect(self.metadata) as conn:
            before = set(conn.execute(query).fetchall())
        command = airflow.command("dags", "test", "tier1", "--conf", json.dumps(CONF))
        with (self.home.logs / "dags-test.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=self.env, cwd=self.home.path, stdout=log, stderr=log, start_new_session=True
            )
        try:
            found: set[tuple[str]] = set()
            while not found:
                assert process.poll() is None, "it has ended"
                time.sleep(0.2)
                with psycopg.connect(self.metadata) as conn:
                    found = set(conn.execute(query).fetchall()) - before
            [(run_id,)] = found
            yield process, Run(self, self.tier1, run_id)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill(self, *names: str) -> None:
        """End these services with -9; their children live on."""
        for name in names:
            pid = Service(name, self.home).pid
            assert pid, f"{name} does not run"
            os.kill(pid, signal.SIGKILL)
            eventually(lambda name=name: Service(name, self.home).pid is None)

    def api_server_refuses(self, seconds: float) -> None:
        """It is gone for so long, and some seconds more, as it needs these to start."""
        self.kill(airflow.API_SERVER)
        time.sleep(seconds - START_SECONDS)
        self.revive()
        eventually(lambda: airflow.takes_tasks(self.ports.ui_url))

    def api_server_hangs(self, seconds: float) -> None:
        """It accepts connections for so long, and answers none."""
        service = Service(airflow.API_SERVER, self.home)
        service.send(signal.SIGSTOP)
        time.sleep(seconds)
        service.send(signal.SIGCONT)
        eventually(lambda: airflow.takes_tasks(self.ports.ui_url))

    def starts_again_with(self, settings: Mapping[str, str]) -> None:
        """All of Airflow, the worker too, with these settings instead of its own."""
        self.has_own_settings = not settings
        self.env = self._own_env | settings
        self.machine.change_settings(settings)
        self.kill(*airflow.COMMANDS)
        self.revive()
        self._people_log_in()

    def cut_power(self) -> None:
        """End every process of Airflow and both databases with -9; AWS and the instance in it go on."""
        names = {"postgres", *airflow.COMMANDS}
        everything = [it for it in self.services.all if it.name in names]
        everything.append(postgres.postgres_service(self.prices))
        for service in everything:
            service.send(signal.SIGKILL)
        eventually(lambda: not any(service.members() for service in everything))

    def comes_back_hours_later(self) -> None:
        """After a cut: what Airflow and lease say of themselves is three hours old."""
        self.aws.expire_lease()
        self.prices_are_there()
        postgres.start_postgres(self.home)
        with psycopg.connect(self.metadata) as conn:
            conn.execute("update job set latest_heartbeat = latest_heartbeat - interval '3 hours'")
            conn.execute(
                "update task_instance set last_heartbeat_at = last_heartbeat_at - interval '3 hours'"
            )
        self.revive()

    def revive(self) -> None:
        """Start what does not run, as a supervisor such as systemd does, until all is well.

        A process whose database was restarted may end seconds later than the others.
        """
        postgres.start_postgres(self.home)
        if self._start_what_has_ended():
            eventually(
                lambda: not self._start_what_has_ended() and airflow.all_healthy(self.ports.ui_url), 90
            )

    def supervise(self, run: Run) -> None:
        """Start whatever ends, until the run has ended."""
        eventually(lambda: self.revive() or run.colour() in FINISHED_RUN, 180)

    def knows_its_files(self) -> bool:
        """Whether Airflow has parsed the DAG files as they are now.

        It misses an edit that falls between the end of a parse and its taking note of that: such a file is
        touched again.
        """
        files = {DAG_FILE: self.tier1, GUARD_FILE: self.guard}
        unknown = []
        for file, dag in files.items():
            path = self.project.path / file
            if dag.parsed() <= path.stat().st_mtime:
                unknown.append(path)
        for path in unknown:
            if time.time() - path.stat().st_mtime > MISSED_SECONDS:
                path.touch()
        return not unknown

    def restart_metadata_database(self) -> None:
        postgres.stop_postgres(self.home)
        self.revive()

    def prices_are_gone(self) -> None:
        """The feature database ends, in the midst of what it does."""
        postgres.stop_postgres(self.prices)

    def prices_are_there(self) -> None:
        postgres.start_postgres(self.prices)

    @contextmanager
    def at_a_stage(self, task_id: str = "stage_2_3", **conf: Any) -> Iterator[Run]:
        """A run whose stage computes for as long as the block takes: it waits for a lock on its prices."""
        run = self.start(**conf)
        run.becomes("preflight", "success")
        with self.held(run, task_id):
            yield run

    @contextmanager
    def held(self, run: Run, task_id: str) -> Iterator[None]:
        """Let the stage of a run, once it begins, compute for as long as the block takes."""
        before = {"stage_2_3": "verify_host", "stage_2_4": "stage_2_3_complete"}[task_id]
        run.becomes(before, "running", "success")
        with closing(psycopg.connect(self.features)) as conn:  # the server may be gone when the block ends
            conn.execute("lock table bqx.m1_eurusd in access exclusive mode")
            eventually(self._somebody_waits, 90)
            run.becomes(task_id, "running")
            yield

    def ask(self, query: str, *values: object) -> list[Any]:
        """Rows of the feature database."""
        with psycopg.connect(self.features) as conn:
            cursor = conn.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def guard_finds_nothing(self) -> None:
        """The guard looks, and leaves the instance alone."""
        run = self.start(self.guard)
        assert run.finishes() == "success"
        assert (run.states()["find"], run.states()["alarm"]) == ("success", "skipped")
        assert self.aws.mails() == []

    def guard_makes_it_small(self) -> None:
        """The guard looks, makes the instance small, and is red, so that somebody hears of it."""
        run = self.start(self.guard)
        assert run.finishes() == "failed"
        assert (run.states()["downsize[0]"], run.states()["alarm"]) == ("success", "failed")
        self.instance_is(BASE, "running")
        assert TAGS.run not in self.aws.tags()
        assert self.aws.mails() == ["TIER 1: an instance was left big or stopped"]

    def arm_switch(self, minutes: float) -> None:
        """As a run does that leases the instance for so long."""
        fires_at = datetime.now(UTC) + timedelta(minutes=minutes)
        automation.switch_of(self.outputs).arm(self.aws.scheduler, INSTANCE_ID, [BASE], fires_at)

    def guard_looks_by_itself(self) -> None:
        """It has its schedule again, an impatient one."""
        self.project.patch("tier1_tasks.guard", 'SCHEDULE = "* * * * *"')

    def _people_log_in(self) -> None:
        password = ui_password(self.home)
        self.tier1 = People(self.ports.ui_url, UI_USER, password)
        self.guard = People(self.ports.ui_url, UI_USER, password, "tier1_guard")

    def _start_what_has_ended(self) -> list[str]:
        """The names of those that had; what one has left behind ends first.

        Workers that outlive their scheduler hold its connection to PostgreSQL open, and with it the locks of
        its last transaction: the next scheduler waits for them, for ever.
        """
        ended = [name for name in airflow.COMMANDS if Service(name, self.home).pid is None]
        for name in ended:
            stop([Service(name, self.home)], grace_seconds=0)
            if name == airflow.SCHEDULER:
                eventually(lambda: airflow.takes_tasks(self.ports.ui_url))
            Service(name, self.home).start(airflow.command(*airflow.COMMANDS[name]), self.env)
        return ended

    def _somebody_waits(self) -> bool:
        return bool(
            self.ask("select 1 from pg_locks where not granted and relation = 'bqx.m1_eurusd'::regclass")
        )

    def _load_prices(self) -> None:
        load = [sys.executable, "-m", "cli", "load", "ecb"]
        subprocess.run(load, cwd=self.project.path, env=self.env, capture_output=True, check=True)
        with connect(self.features) as conn:
            ensure_schema(conn)

    def _settings(self) -> dict[str, str | float]:
        """What differs from the defaults, so that waiting takes seconds."""
        self.outputs = outputs = automation.deploy(self.aws)
        return {
            "alert_topic_arn": TOPIC,
            "dead_man_scheduler_role_arn": outputs["SchedulerRoleArn"],
            "dead_man_automation_role_arn": outputs["AutomationRoleArn"],
            "dead_man_document": outputs["DocumentName"],
            "work_patience_minutes": 0.05,
            "base_patience_minutes": 1,
        }
