"""Somebody clears a task or a run"""

from contextlib import suppress

import pytest

from embedded.errors import EmbeddedError
from tests.airflow.guarantees import guarantee
from tests.airflow.run import Run
from tests.airflow.running import FIRST, LAST, Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, WORK

pytestmark = pytest.mark.slow
SETUPS = "Airflow clears setups and teardowns with it"
REFUSES = "the stage looks at the instance first"
CHAIN = [
    "preflight", "upsize", "stage_2_3", "stage_2_3_complete", "stage_2_4",
    "stage_2_4_complete", "stage_2_16b", "stage_2_16b_complete", "validate", "publish", "downsize", "verdict",
]  # fmt: skip
CLICK = "Clear this task again with 'Downstream' ticked and 'Clear only failed tasks' not ticked"


def with_a_failed_month(airflow: Running, month: str = FIRST) -> Run:
    """A run that has ended red: the months before this one are computed, this one has an impossible price."""
    airflow.ask("delete from tier1.completion_marker")
    run = airflow.start(end_month=month, months_at_once=1, force=False)
    run.becomes("upsize", "deferred")
    with airflow.impossible_price(month):
        run.becomes("stage_2_3", "failed")
    run.ends("failed", "stage_2_3 failed", stage_2_3="failed")
    assert months(airflow, "currency_indices") == [it for it in (FIRST, LAST) if it < month]
    airflow.happens()
    return run


def months(airflow: Running, stage: str) -> list[str]:
    """The months that the stage has finished."""
    query = "select to_char(month, 'YYYY-MM') from tier1.completion_marker where stage = %s order by month"
    return [month for (month,) in airflow.ask(query, stage)]


def finished(airflow: Running, stage: str) -> dict[str, object]:
    """When each month of the stage was finished."""
    query = "select to_char(month, 'YYYY-MM'), finished from tier1.completion_marker where stage = %s"
    return dict(airflow.ask(query, stage))


def assert_big_while(airflow: Running, run: Run, *stages: str) -> None:
    for stage in stages:
        assert airflow.watch.during(*run.times(stage)) == {(WORK, "running")}


@guarantee(
    "a failed stage is cleared after the run has ended (twice, in haste)",
    "the instance grows, the stage and all after it run in order, it shrinks: green; finished months are not "
    "computed again",
    by=f"{SETUPS}; completion markers; `preflight` is tried again where Airflow loses it to the haste",
    within="",
)
def test_failed_stage(airflow: Running) -> None:
    run = with_a_failed_month(airflow, LAST)
    before = finished(airflow, "currency_indices")
    with airflow.cleared_while_queued("preflight"):
        run.clear("stage_2_3")
        with suppress(EmbeddedError):  # Airflow answers 500 where preflight changes at that moment
            run.clear("stage_2_3", prevent_rerun=False)
        run.ends("success")
    assert run.order(*CHAIN) == CHAIN
    assert_big_while(airflow, run, "stage_2_3", "stage_2_4", "stage_2_16b")
    after = finished(airflow, "currency_indices")
    assert (sorted(after), after[FIRST]) == ([FIRST, LAST], before[FIRST])


@guarantee(
    "a failed stage is cleared, and the database restarts together with its instance",
    "the stage waits for it: green; small",
    by="the stage looks first whether the database answers",
    within="`TIER1_DATABASE_WAIT_MINUTES`",
)
def test_database_restarts_with_its_instance(airflow: Running) -> None:
    run = with_a_failed_month(airflow)
    run.clear("stage_2_3")
    run.becomes("upsize", "deferred")
    airflow.prices_are_gone()
    run.becomes("stage_2_3", "running")
    eventually(lambda: "cannot connect to database" in run.log("stage_2_3"))
    airflow.prices_are_there()
    run.ends("success")


@guarantee(
    "a failed stage is cleared with *Clear only failed tasks*",
    "nothing is computed on the small instance: the stage says what to click; done so, the run is green",
    by=REFUSES,
    within="at once",
)
def test_failed_stage_without_setups(airflow: Running) -> None:
    run = with_a_failed_month(airflow)
    run.clear("stage_2_3", only_failed=True)
    run.ends("failed", stage_2_3="failed")
    assert CLICK in run.log("stage_2_3")
    assert airflow.aws.outcome() == (BASE, "running")
    run.clear("stage_2_3")
    run.ends("success")


@guarantee(
    "*Clear Dag Run* with *Clear only failed tasks*",
    "nothing is computed on the small instance: red, and the stage says what to click",
    by=REFUSES,
    within="at once",
)
def test_run_with_only_failed(airflow: Running) -> None:
    run = with_a_failed_month(airflow)
    run.dag.clear_run(run.run_id, only_failed=True)
    run.goes_on()
    run.ends("failed", "stage_2_3 ", stage_2_3="failed")  # the verdict has not waited for it
    assert CLICK in run.log("stage_2_3")


@guarantee(
    "the approval was rejected; *Clear Dag Run* with *Clear only failed tasks*, and it is approved",
    "never big: `upsize` says that `downsize` would not run again, and what to click",
    by="`upsize` looks whether its teardown is still to come",
    within="at once",
)
def test_rejected_run_with_only_failed(airflow: Running) -> None:
    run = airflow.start(require_approval=True)
    run.decide("Reject")
    run.ends("failed", approve="failed")
    run.dag.clear_run(run.run_id, only_failed=True)
    run.goes_on()
    airflow.happens()
    run.decide("Resize and compute")
    run.ends("failed", upsize="failed", approve="success")  # the verdict has not waited for it
    assert "downsize has ended already (success)" in run.log("upsize")
    assert airflow.aws.writes() == []
    run.clear("upsize")
    run.ends("success", approve="success")


@guarantee(
    "a failed stage is cleared, with `preflight`, `upsize` and `downsize` unticked in the list of the dialog",
    "they run all the same: green; small",
    by="Airflow adds them again",
    within="",
)
def test_setups_unticked(airflow: Running) -> None:
    run = with_a_failed_month(airflow)
    run.dag.clear_listed(run.run_id, [*CHAIN[2:-2], "evaluate", "verdict"])
    run.goes_on()
    run.ends("success")
    assert_big_while(airflow, run, "stage_2_3")


@guarantee(
    "a stage that succeeded is cleared after the run has ended, without what comes after it",
    "big while it runs, small again: green",
    by=SETUPS,
    within="",
)
def test_succeeded_stage(airflow: Running) -> None:
    run = airflow.start(force=False)
    run.ends("success")
    before = run.times("stage_2_4")
    run.clear("stage_2_16b", downstream=False)
    airflow.happens()
    run.ends("success")
    assert_big_while(airflow, run, "stage_2_16b")
    assert run.times("stage_2_4") == before
    expected = ["preflight", "upsize", "stage_2_16b", "downsize"]
    assert run.order(*expected) == expected


@guarantee(
    "an earlier stage is cleared while the run goes on",
    "it runs again, then all after it; big meanwhile; green; small",
    by=SETUPS,
    within="",
)
def test_while_the_run_goes_on(airflow: Running) -> None:
    with airflow.at_a_stage("stage_2_4") as run:
        with pytest.raises(EmbeddedError, match="409"):
            run.clear("stage_2_3")
        run.clear("stage_2_3", prevent_rerun=False)
    airflow.happens()
    run.ends("success")
    assert_big_while(airflow, run, "stage_2_3", "stage_2_4", "stage_2_16b")
    assert run.order("stage_2_3", "stage_2_4", "downsize") == ["stage_2_3", "stage_2_4", "downsize"]


@guarantee(
    "a failed stage of an older run is cleared, while a newer one is going on",
    "one waits for the other; each is green; small",
    by="`max_active_runs=1`, the lease",
    within="",
)
def test_older_run(airflow: Running) -> None:
    older = with_a_failed_month(airflow)
    with airflow.at_a_stage() as newer:
        older.clear("stage_2_3")
    newer.ends("success")
    airflow.happens()
    older.ends("success")
    assert_big_while(airflow, older, "stage_2_3")
