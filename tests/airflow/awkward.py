"""What goes wrong in the data and in Airflow's tables, for as long as a block takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from embedded.credentials import UI_USER, ui_password
from include.stages import STAGES
from tests.airflow.people import People
from tests.airflow.run import Run
from tests.airflow.waiting import eventually

if TYPE_CHECKING:
    from embedded.environment import Ports
    from embedded.home import Home
    from tests.airflow.project import Project

# Tasks that weigh more than those of other DAGs do by themselves, each on all that come after it.
CROWD = """
import time
from airflow.sdk import dag, task

@task(priority_weight=100)
def work(number):
    time.sleep(4)

@dag(schedule=None)
def crowd():
    work.expand(number=list(range({tasks})))

crowd()
"""


class Awkward:
    """The part of a running Airflow that makes such things happen."""

    project: Project
    home: Home
    ports: Ports
    tier1: People
    metadata: str
    ask: Callable[..., list[Any]]
    start: Callable[..., Run]

    @contextmanager
    def crowd(self, tasks: int) -> Iterator[Run]:
        """Another DAG has so many tasks in the queue of the default pool, which has two slots."""
        file = self.project.path / "dags/crowd.py"
        file.write_text(CROWD.format(tasks=tasks))
        others = People(self.ports.ui_url, UI_USER, ui_password(self.home), "crowd")
        eventually(others.is_parsed)
        self.tier1.resize_pool("default_pool", 2)
        run = self.start(others)
        try:
            yield run
        finally:
            self.tier1.resize_pool("default_pool", 128)
            others.mark_run(run.run_id, "failed")
            run.finishes()
            file.unlink()

    @contextmanager
    def killed_run(self, like: Run) -> Iterator[None]:
        """A second run, as a killed `airflow dags test` leaves it: running for ever, and so is its task.

        Airflow takes care only of tasks that a scheduler has queued.
        """
        left = Jsonb({"run_id": "killed", "queued_by_job_id": None, "logical_date": None})
        copy = (
            "insert into {table} select (jsonb_populate_record(t, %s || jsonb_build_object('id', {id}))).*"
            " from {table} t where dag_id = %s and run_id = %s and state = 'running'"
        )
        with psycopg.connect(self.metadata) as conn:
            for table, new_id in (
                ("dag_run", "nextval('dag_run_id_seq')"),
                ("task_instance", "gen_random_uuid()"),
            ):
                query = sql.SQL(copy).format(table=sql.Identifier(table), id=sql.SQL(new_id))
                assert conn.execute(query, [left, like.dag.dag_id, like.run_id]).rowcount == 1
        try:
            yield
        finally:
            with psycopg.connect(self.metadata) as conn:
                conn.execute("delete from dag_run where run_id = 'killed'")

    @contextmanager
    def impossible_price(self, month: str) -> Iterator[None]:
        """A month cannot be computed before the block ends."""
        bar = f"where time = '{month}-15'"
        [(close,)] = self.ask(f"select close from bqx.m1_eurusd {bar}")  # noqa: S608 - our own text
        self.ask(f"update bqx.m1_eurusd set close = -1 {bar}")  # noqa: S608
        try:
            yield
        finally:
            self.ask(f"update bqx.m1_eurusd set close = %s {bar}", close)  # noqa: S608

    @contextmanager
    def inverse_price(self, pair: str, month: str) -> Iterator[None]:
        """A pair is quoted the other way round in a month, until the block ends."""
        first = f"'{month}-01'::timestamptz"
        bars = f"where time >= {first} and time < {first} + interval '1 month'"
        closes = self.ask(f"select time, close from bqx.m1_{pair} {bars}")  # noqa: S608 - our own text
        self.ask(f"update bqx.m1_{pair} set close = 1 / close {bars}")  # noqa: S608
        try:
            yield
        finally:
            for time, close in closes:
                self.ask(f"update bqx.m1_{pair} set close = %s where time = %s", close, time)  # noqa: S608

    @contextmanager
    def markers_are_late(self, run: Run, task_id: str) -> Iterator[None]:
        """The markers of a stage, which has just ended, do not show before the block ends."""
        [stage] = [it.name for it in STAGES if it.task_id == task_id]
        self.ask("create table tier1.late (like tier1.completion_marker)")
        run.becomes(task_id, "success", seconds=150)
        self.ask(
            "with late as (delete from tier1.completion_marker where stage = %s returning *)"
            " insert into tier1.late select * from late",
            stage,
        )
        try:
            yield
        finally:
            self.ask("insert into tier1.completion_marker select * from tier1.late; drop table tier1.late")

    @contextmanager
    def cleared_while_queued(self, task_id: str) -> Iterator[None]:
        """Let somebody clear the task in the very moment in which it is queued next.

        It has a new id then, and its worker finds the old one gone (Airflow 3.3.2).
        """
        with psycopg.connect(self.metadata) as conn:
            conn.execute(
                "create table to_be_cleared (task_id text);"
                " create function clear_once() returns trigger language plpgsql as $$ begin"
                " delete from to_be_cleared where task_id = new.task_id;"
                " if found then new.id = gen_random_uuid(); end if; return new; end $$;"
                " create trigger clear_once before update on task_instance for each row"
                " when (new.state = 'queued') execute function clear_once()"
            )
            conn.execute("insert into to_be_cleared values (%s)", [task_id])
        try:
            yield
            with psycopg.connect(self.metadata) as conn:
                assert conn.execute("select from to_be_cleared").fetchall() == [], f"{task_id} was not queued"
        finally:
            with psycopg.connect(self.metadata) as conn:
                conn.execute("drop function clear_once() cascade; drop table to_be_cleared")
