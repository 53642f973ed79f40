"""Before a run it is said what the next one does, why, how long that takes and what it costs."""

import re
import threading
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException
from fastapi.testclient import TestClient

from ec2_resize.preflight.check import Check
from embedded.connections import postgres_connection
from include.pipeline.plan import make_plan
from include.settings import WhenToResize
from tests.store.history import SETTINGS, compute_all, load_history
from tests.tier1_page.airflow_database import NOON, add_run, leave
from tests.tier1_page.made_up import WORTH
from tests.tier1_page.people import NOT_SEEN, SMALL_NOW
from tests.tier1_tasks.left import params
from tier1_page import shared_look
from tier1_page.app import app
from tier1_page.before import page
from tier1_page.before.options import options_of
from tier1_page.before.page import before
from tier1_page.before.preflight import last_preflight
from tier1_page.before.view import BeforeView, CheckLine, LastPreflight
from tier1_page.before.work import look_at_work
from tier1_page.history import runs
from tier1_page.history.runs import Run
from tier1_page.live.offered import OFFERED
from tier1_page.shared_look import Seen, SharedLook
from tier1_tasks.host.placement import ON_THE_INSTANCE
from tier1_tasks.preflight import preflight
from tier1_tasks.worth import Now

SMALL = Now(
    type="t3.2xlarge", state="running", vcpus=8, big_type="c7i.8xlarge", big_vcpus=32, has_database=True
)
CHECKS = [
    Check("instance", "ok", "running"),
    Check("quota", "failed", "32 vCPUs <are> wanted, 8 granted.", "Ask for more."),
    Check("disk", "warning", "old", "Look."),
]


@pytest.fixture(autouse=True)
def _database(conn, database, monkeypatch):
    """An empty feature database, which the page looks at anew each time."""
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(database))
    monkeypatch.setitem(ON_THE_INSTANCE, "queue", "tier1")


def seen(value):
    return Seen(value, datetime.now(UTC))


def look(host=SMALL, left=None, past=()) -> BeforeView:
    return before(seen(look_at_work()), seen(host), seen(left), seen(()), seen(past), SMALL_NOW)


def correct(conn):
    conn.execute("update bqx.m1_eurusd set close = close * 1.001 where time = '2024-03-13 12:00+00'")


def test_before_the_first_run_all_months_are_to_do_as_they_are_new(conn):
    load_history(conn)
    view = look()
    assert (view.work.first, view.work.last, view.work.months, view.work.to_do) == (
        "2024-01",
        "2024-05",
        5,
        5,
    )
    [reason] = view.work.reasons
    assert (reason.why, reason.which, reason.months) == ("new", "2024-01 .. 2024-05", 5)
    assert reason.stages == ("2.3", "2.4", "2.16B")
    assert view.estimate.startswith("5 months: very roughly ")
    assert conn.execute("select to_regnamespace('tier1')").fetchone() == (None,)


def test_what_is_still_valid_is_not_to_do(conn, database):
    load_history(conn)
    compute_all(database)
    view = look()
    assert (view.work.to_do, view.work.reasons) == (0, ())
    assert view.say == "Nothing is to do: all 5 months are still valid."


def test_a_reason_has_its_months_and_the_stages_for_which_it_counts(conn, database):
    load_history(conn)
    compute_all(database)
    correct(conn)
    view = look()
    assert (view.work.to_do, view.work.perhaps) == (1, 2)
    assert view.say == "The next run has 1 of 5 months to do, and perhaps 2 more."
    sure = [it for it in view.work.reasons if it.is_sure]
    assert {(it.why, it.which) for it in sure} == {("prices have changed since", "2024-03")}
    assert [title for it in sure for title in it.stages] == ["2.3", "2.4", "2.16B"]
    assert [it.is_sure for it in view.work.reasons] == sorted(
        (it.is_sure for it in view.work.reasons), reverse=True
    )


def test_without_prices_it_is_said_what_to_do(conn):
    view = look()
    assert view.work is None
    [problem] = view.problems
    assert problem.startswith("there are no prices")
    assert "./tier1 load ecb" in problem
    assert view.options == ()


def test_months_are_those_that_a_run_would_settle(conn, database):
    load_history(conn)
    assert look_at_work().plan.months == make_plan(database, SETTINGS, None, None).months


def test_prices_are_not_read(conn, database):
    """A price that would stop a stage is preflight's to find."""
    load_history(conn)
    compute_all(database)
    conn.execute("update bqx.m1_eurusd set close = -1 where time = '2024-03-13 12:00+00'")
    assert look().work.reasons[0].why == "prices have changed since"


def choices(worth, **offered_instead):
    run = replace(OFFERED, **offered_instead)
    return {it.resize.value: (it.makes_big, it.seconds, it.extra_usd) for it in options_of(run, worth)}


def test_each_choice_has_its_time_and_its_price():
    """Big: 400 s and two times 100 s; as it is: 1000 s."""
    assert choices(WORTH) == {
        "always": (True, 600.0, 0.25),
        "if_needed": (True, 600.0, 0.25),
        "never": (False, 1_000.0, 0.0),
    }
    assert choices(replace(WORTH, worth_it=False))["if_needed"] == (False, 1_000.0, 0.0)


def test_an_instance_that_is_stopped_computes_nothing_as_it_is():
    assert choices(replace(WORTH, is_up=False))["never"] == (False, None, None)


def test_an_instance_that_is_big_already_has_one_resize_before_it():
    found = choices(replace(WORTH, is_big=True, extra_usd=None))
    assert found["always"] == (True, 500.0, None)
    assert found["never"] == (False, 1_000.0, None)


def test_where_nobody_can_tell_nothing_is_made_up():
    assert choices(None) == {
        "always": (True, None, None), "if_needed": (True, None, None), "never": (False, None, None)
    }  # fmt: skip


def test_what_the_form_offers_is_marked():
    [marked] = [it for it in options_of(replace(OFFERED, resize=WhenToResize.NEVER), WORTH) if it.is_default]
    assert marked.resize is WhenToResize.NEVER


def test_where_aws_does_not_answer_the_months_are_there_and_the_times_are_not(conn):
    load_history(conn)
    view = before(
        seen(look_at_work()),
        Seen(None, None, "AWS does not answer"),
        seen(None),
        seen(()),
        seen([]),
        NOT_SEEN,
    )
    assert view.work.to_do == 5
    assert {it.seconds for it in view.options} == {None}
    assert [(it.what, it.why, it.since) for it in view.troubles] == [
        ("What each choice takes", "AWS does not answer", None),
        ("The instance", "AWS does not answer", None),
    ]


def test_a_preflight_leaves_its_table_also_where_it_fails(monkeypatch):
    left = {}
    ti = SimpleNamespace(
        run_id="manual", dag_id="tier1", xcom_push=lambda key, value: left.update({key: value}),
        xcom_pull=lambda **_: "here", get_dr_count=lambda **_: 1,
    )  # fmt: skip
    monkeypatch.delitem(ON_THE_INSTANCE, "queue")
    with pytest.raises(AirflowFailException, match="is missing"):
        preflight.function(params(resize="never"), ti)
    lines = [CheckLine(**it) for it in left["checks"]]
    assert "table bqx.m1_audcad is missing" in next(it for it in lines if it.result == "failed").found


def test_the_table_that_was_left_last_is_shown_with_its_time(airflow):
    assert last_preflight(airflow) is None
    for number, run_id in enumerate(["first", "second"]):
        add_run(airflow, run_id)
        leave(airflow, run_id, "preflight", "checks", [asdict(it) for it in CHECKS[number:]],
              NOON + timedelta(hours=number))  # fmt: skip
    leave(airflow, "second", "preflight", "estimate", None, NOON + timedelta(hours=2))
    found = last_preflight(airflow)
    assert (found.run_id, found.at) == ("second", NOON + timedelta(hours=1))
    assert [(it.name, it.result) for it in found.checks] == [("quota", "failed"), ("disk", "warning")]


@pytest.fixture
def browser(somebody, monkeypatch):
    left = LastPreflight(
        run_id="manual__<b>", at=NOON, checks=tuple(CheckLine(**asdict(check)) for check in CHECKS)
    )
    monkeypatch.setattr(page, "see_offered", lambda: SMALL_NOW)
    monkeypatch.setattr(page, "WORK", SharedLook(look_at_work, seconds=0, patience=60))
    monkeypatch.setattr(page, "HOST", SharedLook(lambda: SMALL, seconds=0, patience=60))
    monkeypatch.setattr(page, "PREFLIGHT", SharedLook(lambda: left, seconds=0, patience=60))
    last = (Run("now<i>", "running", NOON, None), Run("done", "success", NOON, NOON))
    monkeypatch.setattr(runs, "RUNS", SharedLook(lambda: last, seconds=0, patience=60))
    return TestClient(app)


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main>")[1]).split())


def test_the_page_says_what_it_is_about_in_words(conn, browser):
    load_history(conn)
    answer = browser.get("/dag/tier1")
    assert answer.status_code == 200
    shown = text(answer)
    assert "5 of 5 months 2024-01 .. 2024-05" in shown
    assert "1 failed 1 warning" in shown
    assert shown.index("quota") < shown.index("instance ok")  # what failed comes first
    assert "Ask for more." in shown


def test_what_others_have_written_is_escaped(conn, browser):
    page = browser.get("/dag/tier1").text
    assert "32 vCPUs &lt;are&gt; wanted" in page
    assert "manual__&lt;b&gt;" in page
    assert "<are>" not in page
    assert "<b>" not in page.split("manual__")[1][:20]


def test_the_same_view_is_there_as_json(conn, browser):
    load_history(conn)
    answer = browser.get("/dag/tier1", headers={"Accept": "application/json"})
    view = answer.json()
    assert view["work"]["to_do"] == 5
    assert view["preflight"]["checks"][1]["what_to_do"] == "Ask for more."
    assert BeforeView.model_validate_json(answer.text).options[0].resize is WhenToResize.ALWAYS


def test_a_database_that_is_away_leaves_what_was_seen_and_its_age(conn, browser, database, monkeypatch):
    load_history(conn)
    assert "5 of 5 months" in text(browser.get("/dag/tier1"))
    away = re.sub(r"/test_\w+", "/nowhere", database)
    monkeypatch.setenv("AIRFLOW_CONN_TIER1_POSTGRES", postgres_connection(away))
    shown = text(browser.get("/dag/tier1"))
    assert re.search("What is to do as of .* ago: cannot connect to", shown)
    assert "5 of 5 months" in shown


def test_what_takes_a_while_to_look_at_is_no_trouble_and_the_page_comes_again_soon(
    conn, browser, monkeypatch
):
    """The page asks every ten seconds, so old is what it has; a look takes longer than one waits."""
    load_history(conn)
    found, may_end = look_at_work(), threading.Event()
    slow = SharedLook(lambda: may_end.wait(60) and (time.sleep(0.1) or found), seconds=0, patience=0.01)
    monkeypatch.setattr(page, "WORK", slow)
    monkeypatch.setattr(shared_look, "LATE_SECONDS", -1.0)
    first = browser.get("/dag/tier1")
    assert "Not known yet." in text(first)
    assert 'data-every="1"' in first.text
    may_end.set()
    while slow.see().at is None:
        time.sleep(0.01)
    second = browser.get("/dag/tier1")
    assert "5 of 5 months" in text(second)
    assert 'data-every="10"' in second.text

    may_end.clear()
    monkeypatch.setattr(shared_look, "WORTH_WAITING_SECONDS", 0.0)
    third = browser.get("/dag/tier1")
    assert re.search("As of .*: What is to do. Looking again.", text(third))
    assert "5 of 5 months" in text(third)
    assert 'data-every="1"' in third.text
    for it in (first, second, third):
        assert 'aria-label="What could not be looked at" hidden' in it.text
    may_end.set()


def test_a_run_that_has_not_ended_is_named(browser):
    shown = text(browser.get("/dag/tier1"))
    assert "now&lt;i&gt; has not ended: the next run waits for it" in shown
    assert "done has not ended" not in shown


def test_another_dag_has_no_such_page(browser):
    answer = browser.get("/dag/another").text
    assert "another has no such page" in answer
    assert 'href="../../dags/tier1/plugin/tier1-before"' in answer
