"""What preflight asks of Airflow keeps a run from starting."""

from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from ec2_instance.holder import RunIdentity
from ec2_resize.preflight.check import Check
from include.months import MonthRange
from include.pipeline import plan
from include.pipeline.plan import Plan
from include.report.worth import Worth
from tests.ec2.simulator import BASE, HERE, TAGS, WORK, Simulator
from tests.tier1_tasks.left import RUN_ID
from tests.tier1_tasks.left import params as parameters
from tier1_tasks import preflight
from tier1_tasks.form import PARAMS, RunParams
from tier1_tasks.host.placement import ON_THE_INSTANCE
from tier1_tasks.planned import Proposal


def test_a_run_touches_nothing_where_the_stages_could_not_run_on_the_instance(monkeypatch):
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "master")
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    # all else is well
    months = MonthRange.of_texts("2024-01", "2024-03")
    monkeypatch.setattr(plan, "make_plan", lambda *_, **__: SimpleNamespace(problems=[], months=months))
    monkeypatch.setattr(preflight, "conninfo", lambda _: "")
    monkeypatch.setattr(preflight, "worth_resizing", lambda *_: None)
    monkeypatch.setattr(preflight, "identity_of", lambda _: SimpleNamespace(owner="airflow"))
    monkeypatch.setattr(preflight, "check_instance", lambda *_: [Check("instance", "ok", "running")])
    monkeypatch.setattr(preflight, "check_database", lambda *_: [Check("writing", "ok", "")])
    monkeypatch.setattr(preflight, "check_watch", lambda _: [Check("price watch", "ok", "on")])
    monkeypatch.setattr(preflight, "check_other_runs", lambda _: Check("other runs", "ok", "none"))
    monkeypatch.setattr(preflight, "check_prices", lambda _: [Check("prices", "ok", "3 months")])
    ti = SimpleNamespace(run_id=RUN_ID, xcom_push=lambda **_: None)
    params = {name: param.value for name, param in PARAMS.items()}
    with pytest.raises(
        AirflowFailException, match=r"touched nothing\. stage executor: .*LocalExecutor serves"
    ):
        preflight.preflight.function(params, ti)
    monkeypatch.delitem(ON_THE_INSTANCE, "queue")
    assert preflight.preflight.function(params | {"shards": 2}, ti) == [
        {"first": "2024-01", "last": "2024-01"},
        {"first": "2024-02", "last": "2024-03"},
    ]


def test_a_name_that_no_parameter_has_stops_the_run_before_anything_is_looked_at(monkeypatch):
    monkeypatch.setattr(plan, "make_plan", lambda *_: pytest.fail("it looks at the database"))
    with pytest.raises(
        AirflowFailException, match=r"touched nothing\. There is no .*did you mean end_month\?"
    ):
        preflight.preflight.function(parameters(endmonth="2024-03"), SimpleNamespace())


def test_what_is_no_month_stops_the_run_before_anything_is_looked_at(monkeypatch):
    monkeypatch.setattr(plan, "make_plan", lambda *_: pytest.fail("it looks at the database"))
    with pytest.raises(AirflowFailException, match=r"touched nothing\. First month .*'june' is not a month"):
        preflight.preflight.function(parameters(start_month="june"), SimpleNamespace())


US = RunIdentity(RUN_ID, "tier1", HERE)
SHORT = Worth(
    instance_id="i-1",
    big_type=WORK,
    months=12,
    rows=1_100_000.0,
    seconds_as_it_is=8.0,
    seconds_big=5.0,
    downtime_seconds=180.0,
    extra_usd=0.13,
    worth_it=False,
)
LONG = replace(SHORT, seconds_as_it_is=9_000.0, seconds_big=2_700.0, worth_it=True)


def run_with(**changed) -> RunParams:
    return RunParams.of(parameters(**changed))


@pytest.fixture
def _on_the_instance(monkeypatch):
    """The instance has a worker of its own."""
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "master")


@pytest.mark.parametrize("worth", [LONG, SHORT, None])
@pytest.mark.parametrize(("resize", "proposed"), [("always", True), ("never", False)])
@pytest.mark.usefixtures("_on_the_instance")
def test_always_and_never_do_not_depend_on_the_estimate(worth, resize, proposed):
    found = preflight.propose(run_with(resize=resize), worth, US)
    assert (found.proposed, found.why) == (proposed, f"the parameter resize is {resize}")


@pytest.mark.parametrize(("worth", "proposed"), [(LONG, True), (SHORT, False), (None, True)])
@pytest.mark.usefixtures("_on_the_instance")
def test_if_needed_the_estimate_counts(aws: Simulator, worth, proposed):
    assert preflight.propose(run_with(resize="if_needed"), worth, US).proposed is proposed


@pytest.mark.usefixtures("_on_the_instance")
def test_where_the_stages_run_with_airflow_no_resize_is_needed(monkeypatch):
    monkeypatch.delitem(ON_THE_INSTANCE, "queue")
    found = preflight.propose(run_with(resize="if_needed"), SHORT, US)
    assert not found.proposed
    assert "the stages run with Airflow" in found.why


@pytest.mark.usefixtures("_on_the_instance")
def test_what_an_earlier_try_has_made_big_stays_big(aws: Simulator):
    it = aws.instance("running", WORK)
    tags = {TAGS.run: RUN_ID, TAGS.dag: "tier1", TAGS.owner: HERE}
    aws.ec2.create_tags(Resources=[it], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    found = preflight.propose(run_with(resize="if_needed", instance_id=it), SHORT, US)
    assert (found.proposed, found.why) == (True, f"an earlier try of this run has leased {it}")


NOT_PROPOSED = Proposal(proposed=False, why="")


def lines(run: RunParams) -> dict[str, Check]:
    return {check.name: check for check in preflight.check_instance(run, US, NOT_PROPOSED)}


@pytest.mark.parametrize(
    "choice",
    [{"resize": "never", "require_approval": True}, {"resize": "if_needed", "require_approval": False}],
)
@pytest.mark.usefixtures("_on_the_instance")
def test_without_a_resize_an_instance_that_is_needed_has_to_run(aws: Simulator, monkeypatch, choice):
    monkeypatch.setattr(preflight, "hosts", lambda _: [])
    it = aws.instance("stopped", BASE)
    found = lines(run_with(instance_id=it, **choice))
    assert [name for name, check in found.items() if check.result == "failed"] == ["state"]
    assert f"start {it}, or let the run resize it" in found["state"].what_to_do
    assert "quota" not in found


def test_without_a_resize_and_without_a_worker_aws_is_asked_for_nothing(aws: Simulator):
    aws.control("DELETE", "calls")
    assert lines(run_with(resize="never")) == {}
    assert aws.calls() == []


@pytest.mark.usefixtures("_on_the_instance")
def test_where_a_person_may_choose_to_resize_the_way_up_and_back_is_checked(aws: Simulator, monkeypatch):
    monkeypatch.setattr(preflight, "hosts", lambda _: [])
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    it = aws.instance("running", BASE)
    assert "quota" in lines(run_with(resize="if_needed", require_approval=True, instance_id=it))


@pytest.mark.usefixtures("_on_the_instance")
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"is_up": False, "worth_it": True}, "i-1 does not run, so that it cannot compute as it is"),
        ({"is_big": True, "worth_it": True}, "i-1 is big already, and has to become small again"),
        ({}, "the work takes no longer than 15 minutes on i-1 as it is"),
    ],
)
def test_if_needed_it_is_said_what_decides(aws: Simulator, changed, why):
    found = preflight.propose(run_with(resize="if_needed"), replace(SHORT, **changed), US)
    assert (found.why, found.estimate) == (why, str(replace(SHORT, **changed)))


def test_the_estimate_is_in_the_table_and_left_for_the_approval_and_the_report(monkeypatch, caplog):
    caplog.set_level("INFO", "tier1")
    months = MonthRange.of_texts("2024-01", "2024-03")
    monkeypatch.setattr(plan, "make_plan", lambda *_, **__: SimpleNamespace(problems=[], months=months))
    monkeypatch.setattr(preflight, "conninfo", lambda _: "")
    monkeypatch.setattr(preflight, "worth_resizing", lambda *_: SHORT)
    monkeypatch.setattr(preflight, "identity_of", lambda _: US)
    monkeypatch.setattr(preflight, "check_instance", lambda *_: [Check("instance", "ok", "running")])
    monkeypatch.setattr(preflight, "check_database", lambda *_: [Check("writing", "ok", "")])
    monkeypatch.setattr(preflight, "check_watch", lambda _: [Check("price watch", "ok", "on")])
    monkeypatch.setattr(preflight, "check_other_runs", lambda _: Check("other runs", "ok", "none"))
    monkeypatch.setattr(preflight, "check_prices", lambda _: [Check("prices", "ok", "3 months")])
    left = {}
    ti = SimpleNamespace(run_id=RUN_ID, xcom_push=lambda key, value: left.update({key: value}))
    preflight.preflight.function(parameters(), ti)
    [told] = [
        it.getMessage() for it in caplog.records if it.getMessage().startswith("worth resizing: warning")
    ]
    assert str(SHORT) in " ".join(told.split())
    assert left["estimate"] == asdict(SHORT)
    assert left["resize"]["estimate"] == str(SHORT)


@pytest.fixture
def product(conn, database, monkeypatch):
    """A role that may connect and has schema tier1, and as which the run connects."""
    name = f"product_{conn.info.dbname[-8:]}"
    conn.execute(f"create role {name} login; create schema tier1 authorization {name}")
    monkeypatch.setattr(preflight, "conninfo", lambda _: database.replace("postgres@", f"{name}@"))
    yield name
    conn.execute(f"drop owned by {name} cascade; drop role {name}")


def database_lines(**changed) -> dict[str, Check]:
    months = Plan(MonthRange.of_texts("2024-01", "2024-12"))
    return {it.name: it for it in preflight.check_database(run_with(**changed), months)}


def test_a_database_that_can_be_written_over_enough_connections_is_well(product):
    found = database_lines(months_at_once=8)
    assert {name: it.result for name, it in found.items()} == {"writing": "ok", "connections": "ok"}
    assert found["connections"].found == "9 or more can be had at the same time"


def test_a_limit_of_connections_that_the_stages_would_hit_fails_before_anything_is_touched(conn, product):
    conn.execute(f"alter role {product} connection limit 3")
    found = database_lines(months_at_once=8)["connections"]
    assert found.result == "failed"
    assert found.found.startswith(
        "the stages take 9 connections at the same time, and CONNECTION LIMIT of role"
    )
    assert database_lines(months_at_once="auto")["connections"].result == "ok"


def test_what_the_stages_may_not_write_fails_before_anything_is_touched(conn, product):
    conn.execute(f"revoke create on schema tier1 from {product}; alter schema tier1 owner to postgres")
    found = database_lines()["writing"]
    assert found.result == "failed"
    assert "permission denied for schema tier1" in found.found


def test_a_database_that_is_away_is_said_once_for_each_line(product, monkeypatch):
    monkeypatch.setattr(preflight, "conninfo", lambda _: "postgresql://me@127.0.0.1:1/features")
    assert {it.result for it in database_lines().values()} == {"failed"}
