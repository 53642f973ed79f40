"""Prices keep a run from starting where they cannot be true, and from publishing where they have moved."""

import pytest
from airflow.sdk.exceptions import AirflowFailException
from psycopg import sql

from ec2_resize.preflight.check import Check
from embedded.connections import postgres_connection
from include.pipeline.check import check_prices
from include.pipeline.plan import make_plan
from include.report.build import build_report
from include.report.model import Facts
from include.store.connection import DatabaseUnreachableError
from include.store.prices.tables import MADE_BY_LOAD
from tests.ec2.simulator import BASE, Simulator
from tests.store.history import MONTHS, SETTINGS, compute_all, hourly_closes, load_history
from tests.tier1_tasks.left import RUN_ID, params, task_instance
from tests.tier1_tasks.test_templates import dag_of
from tier1_tasks import preflight
from tier1_tasks.gates import require_months_that_fit
from tier1_tasks.names import PREFLIGHT
from tier1_tasks.planned import CHECKS_KEY, WHY
from tier1_tasks.validation import publish


@pytest.fixture
def _connection(monkeypatch, database):
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))


@pytest.mark.usefixtures("_connection")
def test_preflight_has_the_lines_of_the_command_line(conn, database):
    closes = hourly_closes(600)
    closes["usdjpy"] /= 100
    load_history(conn, closes)
    planned = make_plan(database, SETTINGS, None, None)
    lines = list(preflight.check_prices(planned))
    assert [line.name for line in lines if line.result == "failed"] == ["cross rates"]
    looked = check_prices(database, SETTINGS, planned)
    assert [vars(line) for line in lines] == [
        {"name": it.name, "result": it.result, "found": it.found, "what_to_do": it.what_to_do}
        for it in looked.lines
    ]


@pytest.mark.usefixtures("_connection")
def test_preflight_says_how_prices_are_watched_and_touches_no_table(conn, database):
    load_history(conn, hourly_closes(600))
    planned = make_plan(database, SETTINGS, None, None)
    conn.execute("comment on table bqx.m1_eurusd is 'ours since 2019'")
    [line] = preflight.check_watch(planned)
    assert (line.name, line.result) == ("price watch", "ok")
    assert "no triggers on bqx.m1_eurusd, as nothing is put unasked" in line.found
    assert "a bulk load" in line.what_to_do
    conn.execute(sql.SQL("comment on table bqx.m1_eurusd is {}").format(MADE_BY_LOAD))
    [line] = preflight.check_watch(planned)
    assert "from the next stage on" in line.found
    assert conn.execute("select count(*) from pg_trigger where tgname like 'tier1%'").fetchone() == (0,)


@pytest.mark.usefixtures("_connection")
def test_a_mix_of_old_and_new_prices_is_not_published(conn, database):
    load_history(conn, hourly_closes(600))
    compute_all(database, months=MONTHS[:2])
    plan = [{"first": "2024-01", "last": "2024-02"}]
    ti = task_instance({(PREFLIGHT, "return_value"): plan})
    left = {}
    ti.xcom_push = lambda key, value: left.update({key: value})
    require_months_that_fit(ti)
    conn.execute("update bqx.m1_eurusd set close = close * 1.001 where time = '2024-02-02 12:00+00'")
    with pytest.raises(
        AirflowFailException, match=r"currency_indices 2024-02; .*Nothing was published\. Clear"
    ):
        require_months_that_fit(ti)
    facts = Facts(
        run_id=RUN_ID,
        parameters={"instance_id": "i-1", "base_type": "t3.2xlarge"},
        tasks={"publish": "failed"},
        reasons={"publish": left[WHY]},
    )
    (problem, *_) = build_report(facts).problems
    assert "currency_blocs 2024-02" in problem
    assert "Clear stage_2_3 with 'Downstream' ticked" in problem
    assert "clear publish" not in problem  # which would fail again


@pytest.mark.usefixtures("_connection")
def test_a_publication_that_the_database_keeps_from_looking_is_tried_again_and_told_once(
    conn, database, monkeypatch
):
    load_history(conn, hourly_closes(600))
    compute_all(database, months=MONTHS[:1])
    ti = task_instance({(PREFLIGHT, "return_value"): [{"first": "2024-01", "last": "2024-01"}]})
    told = []
    with monkeypatch.context() as away:
        away.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection("postgresql://x@127.0.0.1:1/nowhere"))
        with pytest.raises(DatabaseUnreachableError):
            told.extend(publish.function(ti, RUN_ID))
    assert told == []
    told.extend(publish.function(ti, RUN_ID))
    assert [(it.extra["first_month"], it.extra["run_id"]) for it in told] == [("2024-01", RUN_ID)]
    assert dag_of("tier1").get_task("publish").retries == 2


@pytest.mark.usefixtures("_connection")
def test_a_pair_that_is_quoted_inversely_stops_the_run_before_anything_is_touched(
    conn, database, aws: Simulator, monkeypatch
):
    closes = hourly_closes(600)
    closes["eurgbp"] = 1 / closes["eurgbp"]
    load_history(conn, closes)
    it = aws.instance("running")
    aws.control("DELETE", "calls")
    monkeypatch.setattr(preflight, "check_other_runs", lambda _: Check("other runs", "ok", "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ti, left = task_instance(), {}
    ti.xcom_push = lambda key, value: left.update({key: value})
    with pytest.raises(
        AirflowFailException, match=r"has touched nothing\. cross rates: eurgbp is quoted inversely"
    ):
        preflight.preflight.function(params(instance_id=it, resize="always"), ti)
    assert (aws.writes(it), aws.outcome(it)) == ({}, (BASE, "running"))
    assert list(left) == [CHECKS_KEY]  # its table, for the page
