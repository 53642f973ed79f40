"""What the page of a run reads: Airflow's own database, the feature database, AWS, workers."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from airflow.models.taskinstance import TaskInstance
from airflow.providers.edge3.models.edge_worker import EdgeWorkerModel, EdgeWorkerState
from airflow.sdk.serde import serialize
from sqlalchemy import insert
from sqlalchemy.orm import Session

from ec2_instance.errors import AwsError
from embedded.connections import postgres_connection
from include.pipeline.job import Job
from include.pipeline.run_stage import run_stage
from include.report.model import Report
from include.stages import STAGES
from include.store.connection import DatabaseUnreachableError, connect
from include.store.runs.markers import lock_month
from include.store.runs.reports import write_report
from include.store.schema import ensure_schema
from tests.ec2.simulator import BASE
from tests.store.history import MONTHS, SETTINGS, load_history
from tests.tier1_page.airflow_database import NOON, add_run, leave
from tests.tier1_page.made_up import INSTANCE
from tier1_page.live import in_airflow, in_aws, look
from tier1_page.live.in_airflow import Shard, TaskSeen, read_durations, read_run, read_shards
from tier1_page.live.in_database import Question, look_at_database, look_at_past
from tier1_page.shared_look import SharedLook, SharedLooks

STAGE = STAGES[0]
QUESTION = Question("now", "2024-01", "2024-05")


@pytest.fixture(autouse=True)
def _database(database, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))


def add_task(session: Session, run_id: str, task_id: str, state: str | None, map_index: int = -1) -> None:
    """A task instance, which began at noon."""
    values = {
        "dag_id": "tier1", "run_id": run_id, "task_id": task_id, "map_index": map_index, "state": state,
        "try_number": 1, "max_tries": 1, "pool": "default_pool", "pool_slots": 1, "start_date": NOON,
    }  # fmt: skip
    session.execute(insert(TaskInstance.__table__).values(values))  # pyright: ignore[reportArgumentType]
    session.commit()


def test_a_run_has_its_tasks_its_parameters_and_what_its_tasks_have_left(airflow):
    add_run(airflow, "now", "running", conf={"resize": "never"})
    add_task(airflow, "now", "stage_2_3", "running", 1)
    airflow.execute(insert(TaskInstance.__table__).values(  # pyright: ignore[reportArgumentType]
        dag_id="another", run_id="now", task_id="stage_2_3", map_index=0, state="failed", try_number=1,
        max_tries=1, pool="default_pool", pool_slots=1,
    ))  # fmt: skip
    leave(airflow, "now", "preflight", "return_value", [{"first": "2024-01", "last": "2024-03"}])
    leave(airflow, "now", "preflight", "unread", "this")
    add_run(airflow, "now", "failed", dag_id="another")
    run = read_run(airflow, "now")
    assert run.state == "running"
    assert run.tasks == (TaskSeen("stage_2_3", 1, "running", NOON, None),)
    assert (run.parameters["resize"], run.parameters["force"]) == ("never", False)
    assert run.shards == [Shard("2024-01", "2024-03")]
    assert list(run.left) == [("preflight", "return_value")]


def test_a_run_that_is_not_there_is_nothing(airflow):
    assert read_run(airflow, "gone") is None
    assert read_shards(airflow, ["gone"]) == {}


def test_the_shards_of_runs_before_are_known_while_airflow_has_them(airflow):
    add_run(airflow, "before")
    leave(airflow, "before", "preflight", "return_value", [{"first": "2024-01", "last": "2024-03"}])
    assert read_shards(airflow, ["before", "of ./tier1 run"]) == {"before": [Shard("2024-01", "2024-03")]}


def test_a_run_took_what_airflow_says_once_it_has_ended(airflow):
    add_run(airflow, "before")
    add_run(airflow, "now", "running")
    assert read_durations(airflow, ["before", "now", "gone"]) == {"before": 60.0}


def test_a_shard_has_its_months_also_across_a_year():
    assert list(Shard("2023-11", "2024-02")) == ["2023-11", "2023-12", "2024-01", "2024-02"]


@pytest.mark.parametrize(
    "value",
    [
        {"type_after": BASE, "refused": ("a", "b"), "seconds": 1.5, "zone": None},
        {"chosen_options": ["Reject"], "responded_at": NOON, "responded_by_user": {"id": "1", "name": "x"}},
        [{"claim": "a", "against": 0, "figure": 1e-9}],
        None,
    ],
)
def test_what_a_task_has_left_is_read_as_it_was(airflow, value):
    add_run(airflow, "now")
    leave(airflow, "now", "upsize", "return_value", serialize(value))
    assert read_run(airflow, "now").left == {("upsize", "return_value"): value}


def test_a_run_in_the_middle_of_a_stage(conn, database):
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:1], "before"), SETTINGS)
    run_stage(database, Job(STAGE, MONTHS[:2], "now"), SETTINGS)
    conn.execute("update bqx.m1_eurusd set close = close * 1.001 where time >= '2024-02-05'")
    with connect(database) as worker, worker.transaction():
        lock_month(worker, STAGE.name, MONTHS[1])
        seen = look_at_database(QUESTION)
    assert {(it.month, it.run_id) for it in seen.finished} == {("2024-01", "before"), ("2024-02", "now")}
    assert seen.to_do[STAGE.name] == {"2024-02", "2024-03", "2024-04", "2024-05"}
    assert seen.at_work == {(STAGE.name, "2024-02")}
    assert [(it.stage, it.valid, it.computed) for it in seen.progress] == [(STAGE.name, 1, 1)]


def test_a_run_that_computes_all_again_has_all_to_do_but_what_it_has_done(conn, database):
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:3], "before"), SETTINGS)
    run_stage(database, Job(STAGE, MONTHS[:1], "now", force=True), SETTINGS)
    seen = look_at_database(replace(QUESTION, last="2024-03", force=True))
    assert seen.to_do[STAGE.name] == {"2024-02", "2024-03"}


def test_an_empty_database_has_nothing_and_is_left_so(conn):
    seen = look_at_database(Question("now"))
    assert (seen.finished, seen.progress, seen.report) == ((), [], None)
    assert look_at_past("now") == []
    assert conn.execute("select from pg_namespace where nspname = 'tier1'").fetchone() is None


def test_a_report_that_cannot_be_read_is_told(conn):
    ensure_schema(conn)
    conn.execute("insert into tier1.run_report (run_id, report) values ('now', '{}')")
    assert "Clear the task verdict" in look_at_database(QUESTION).unreadable


def test_a_database_that_is_away_is_an_error(database, monkeypatch):
    away = re.sub(r"/test_\w+", "/nowhere", database)
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(away))
    with pytest.raises(DatabaseUnreachableError, match="cannot connect to"):
        look_at_database(QUESTION)


@pytest.mark.usefixtures("_nobody_has_looked")
def test_the_instance_is_read_with_its_checks(aws):
    instance_id = aws.instance()
    found = in_aws.look_at_instance(instance_id)
    assert (found.instance_id, found.type, found.state) == (instance_id, BASE, "running")
    assert found.checks in {"ok", "initializing"}


def test_an_instance_that_aws_does_not_know_is_an_error(aws):
    with pytest.raises(AwsError, match="InvalidInstanceID"):
        in_aws.look_at_instance("i-0123456789abcdef9")


@pytest.fixture
def _nobody_has_looked():
    in_aws.clients.cache_clear()
    yield
    in_aws.clients.cache_clear()


def lead_to(monkeypatch, url):
    """Airflow's connection leads there from now on."""
    extra = {"region_name": "us-east-1", "endpoint_url": url}
    connection = {"conn_type": "aws", "login": "AKIATEST", "password": "not-a-secret", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))


@pytest.mark.usefixtures("_nobody_has_looked")
def test_no_client_is_made_anew_while_aws_is_away_and_the_old_one_looks_when_it_is_back(aws):
    instance_id = aws.instance()
    before = in_aws.clients()
    aws.fail("DescribeInstances", times=2, error="Unavailable", status=503)
    for _ in range(2):
        with pytest.raises(AwsError, match="Unavailable"):
            in_aws.look_at_instance(instance_id)
    assert in_aws.look_at_instance(instance_id).type == BASE
    assert in_aws.clients() is before


@pytest.mark.usefixtures("_nobody_has_looked")
def test_a_connection_that_somebody_has_mended_is_used_from_the_next_look_on(aws, monkeypatch):
    instance_id = aws.instance()
    lead_to(monkeypatch, "http://127.0.0.1:1")
    before = in_aws.clients()
    for _ in range(2):
        with pytest.raises(AwsError, match="Could not connect"):
            in_aws.look_at_instance(instance_id)
    assert in_aws.clients() is before
    lead_to(monkeypatch, aws.url)
    with pytest.raises(AwsError):
        in_aws.look_at_instance(instance_id)
    assert in_aws.look_at_instance(instance_id).type == BASE


@pytest.mark.usefixtures("_nobody_has_looked")
def test_a_connection_that_cannot_be_read_does_not_hide_what_aws_has_said(aws, monkeypatch):
    instance_id = aws.instance()
    in_aws.look_at_instance(instance_id)
    before = in_aws.clients()

    def away(_):
        raise ConnectionError("no route to Airflow's database")

    monkeypatch.setattr("airflow.providers.amazon.aws.hooks.ec2.EC2Hook.get_connection", away)
    aws.fail("DescribeInstances", error="Unavailable", status=503)
    with pytest.raises(AwsError, match="Unavailable"):
        in_aws.look_at_instance(instance_id)
    assert in_aws.clients() is not before


@pytest.mark.usefixtures("_nobody_has_looked")
def test_no_client_is_made_to_see_whether_a_connection_has_changed(aws, monkeypatch):
    instance_id = aws.instance()
    in_aws.clients()
    aws.fail("DescribeInstances", error="Unavailable", status=503)
    monkeypatch.setattr("tier1_tasks.looking.aws", lambda: pytest.fail("made anew"))
    with pytest.raises(AwsError, match="Unavailable"):
        in_aws.look_at_instance(instance_id)


@pytest.mark.usefixtures("_nobody_has_looked")
def test_without_a_connection_the_clients_are_kept_as_well(aws, monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_AWS_DEFAULT")
    before = in_aws.clients()
    with pytest.raises(ValueError, match="an answer that makes no sense"), in_aws.shared_clients():
        raise ValueError("an answer that makes no sense")
    assert in_aws.clients() is before


@pytest.mark.usefixtures("_nobody_has_looked")
def test_clients_that_aws_does_not_believe_are_given_up_as_they_keep_their_credentials(aws):
    instance_id = aws.instance()
    before = in_aws.clients()
    aws.fail("DescribeInstances", error="AuthFailure", status=401)
    with pytest.raises(AwsError, match="AuthFailure"):
        in_aws.look_at_instance(instance_id)
    assert in_aws.clients() is not before


def test_only_workers_of_the_stages_queue_count(airflow):
    EdgeWorkerModel.metadata.tables["edge_worker"].create(airflow.get_bind(), checkfirst=True)
    for name, queues in (("i-1", ["big"]), ("i-2", ["small"]), ("i-3", None)):
        airflow.add(EdgeWorkerModel(name, EdgeWorkerState.RUNNING, queues, last_update=NOON))
    airflow.commit()
    assert [(it.name, it.state, it.last_heard) for it in in_aws.read_workers(airflow, "big")] == [
        ("i-1", "running", NOON),
        ("i-3", "running", NOON),
    ]


@pytest.fixture
def looking(airflow, monkeypatch):
    """Looks of its own, at the databases of the test; AWS does not answer."""

    def away(_):
        raise ConnectionError("no route to AWS")

    looks = {
        "RUNS": SharedLooks(lambda run_id: in_airflow.read_run(airflow, run_id), 0),
        "DATABASE": SharedLooks(look_at_database, 0),
        "PAST": SharedLooks(look_at_past, 0),
        "LASTED": SharedLooks(lambda run_ids: in_airflow.read_durations(airflow, run_ids), 0),
        "SHARDS": SharedLooks(lambda run_ids: in_airflow.read_shards(airflow, run_ids), 0),
        "WORKERS": SharedLook(lambda: (), 0),
        "INSTANCES": SharedLooks(away, 0),
        "PRICES": SharedLooks(lambda _: [], 0),
    }
    for name, it in looks.items():
        monkeypatch.setattr(look, name, it)
    return look.look


def two_of_three_months_are_done(airflow, conn, database):
    """By a run that goes on."""
    load_history(conn)
    run_stage(database, Job(STAGE, MONTHS[:2], "now"), SETTINGS)
    add_run(airflow, "now", "running", conf={"instance_id": INSTANCE})
    add_task(airflow, "now", "stage_2_3", "running", 0)
    leave(airflow, "now", "preflight", "return_value", [{"first": "2024-01", "last": "2024-03"}])


def test_the_page_of_a_run_is_there_also_where_aws_is_not(airflow, conn, database, looking):
    two_of_three_months_are_done(airflow, conn, database)
    page = looking("now")
    assert [it.state for it in page.stages[0].months] == ["done", "done", "todo"]
    assert [it.why for it in page.troubles] == ["no route to AWS"]
    assert page.instance is None


def test_the_page_shows_the_report_once_there_is_one(airflow, conn, looking):
    add_run(airflow, "now", "success", conf={"instance_id": INSTANCE})
    assert looking("now").verdict is None
    write_report(conn, Report(run_id="now", parameters={"instance_id": INSTANCE}, problems=("a < b",)))
    assert looking("now").verdict.problems == ("a < b",)


@pytest.mark.parametrize("conf", [{"resize": "sometimes"}, {"work_type": {"a": 1}, "base_type": None}])
def test_a_run_that_was_triggered_with_nonsense_has_a_page_that_says_so(airflow, conn, looking, conf):
    add_run(airflow, "now", "failed", conf=conf)
    troubles = {it.what for it in looking("now").troubles}
    assert "What the run was triggered with" in troubles


def test_a_run_that_airflow_does_not_have_has_no_page(looking):
    with pytest.raises(look.NoSuchRunError):
        looking("gone")


def test_a_database_that_goes_away_leaves_what_was_seen_with_its_age(
    airflow, conn, database, looking, monkeypatch
):
    two_of_three_months_are_done(airflow, conn, database)
    before = looking("now")
    away = re.sub(r"/test_\w+", "/nowhere", database)
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(away))
    after = looking("now")
    assert after.stages[0].months == before.stages[0].months
    [trouble] = [it for it in after.troubles if "database" in it.what]
    assert "cannot connect to" in trouble.why
    assert datetime.now(UTC) - timedelta(minutes=1) < trouble.since < datetime.now(UTC)
