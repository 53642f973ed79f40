"""Somebody marks, pauses, deletes, edits or triggers in the midst of a run"""

import pytest

from embedded.errors import EmbeddedError
from tests.airflow.guarantees import guarantee
from tests.airflow.project import DAG_FILE
from tests.airflow.running import FIRST, Running
from tests.airflow.waiting import eventually
from tests.ec2.simulator import BASE, TAGS, WORK

pytestmark = pytest.mark.slow
TEARDOWN = "teardown `downsize`"
LIVES_ON = "at once; what was marked is killed within 5 s"
LEASE = "`tier1_guard`, when the run's lease has expired"
LEASE_TIME = "`TIER1_LEASE_MINUTES` (150) + 10 min"
ANOTHER_NAME = """
_original = FeatureCheckOperator
def FeatureCheckOperator(task_id, **options):
    return _original(task_id="validate_anew", **options)
"""


@guarantee("the stage that runs is marked failed", "red; small", by=TEARDOWN, within=LIVES_ON)
def test_stage_marked_failed(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        run.mark_task("stage_2_3", "failed")
        run.ends("failed", "stage_2_3 failed", stage_2_3="failed", validate="upstream_failed")


@guarantee(
    "the stage that runs is marked success",
    "red: its markers are missing; small; nothing unfinished is published",
    by=f"the sensor on markers, {TEARDOWN}",
    within="`TIER1_MARKER_TIMEOUT_MINUTES`",
)
def test_stage_marked_success(airflow: Running) -> None:
    airflow.project.set(marker_timeout_minutes=0.05)
    airflow.ask("delete from tier1.completion_marker")
    with airflow.at_a_stage() as run:
        airflow.happens()
        run.mark_task("stage_2_3", "success")
        run.ends(
            "failed", "stage_2_3_complete failed", stage_2_3_complete="failed", publish="upstream_failed"
        )


@guarantee("the run is marked failed while a stage runs", "red; small", by=TEARDOWN, within=LIVES_ON)
def test_run_marked_failed_in_a_stage(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        run.mark("failed")
        run.ends("failed", "stage_2_3 failed", stage_2_3="failed", validate="skipped")


@guarantee(
    "the run is marked success while a stage runs",
    "small; red: the work is not done",
    by=f"{TEARDOWN}; `verdict`",
    within=LIVES_ON,
)
def test_run_marked_success_in_a_stage(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.happens()
        run.mark("success")
        run.ends("failed", "stage_2_4 ")


@guarantee(
    "the run is marked failed while `upsize` waits for AWS", "red; small", by=TEARDOWN, within="at once"
)
def test_run_marked_failed_in_upsize(airflow: Running) -> None:
    airflow.aws.every_transition_takes(4)
    run = airflow.start()
    run.becomes("upsize", "deferred")
    eventually(lambda: airflow.aws.outcome()[1] == "stopping")
    airflow.happens()
    run.mark("failed")
    run.ends("failed", "upsize ", validate="skipped")


@guarantee(
    "the run is marked failed while `downsize` waits for AWS",
    "small; the teardown goes on, and what is done is done: green",
    by="Airflow leaves teardowns alone that have begun",
    within="at once",
)
def test_run_marked_failed_in_downsize(airflow: Running) -> None:
    run = airflow.start()
    run.becomes("publish", "success", seconds=150)
    airflow.aws.every_transition_takes(4)
    run.becomes("downsize", "deferred")
    airflow.happens()
    run.mark("failed")
    run.ends("success")


@guarantee("`upsize` is marked failed while it waits for AWS", "red; small", by=TEARDOWN, within="at once")
def test_upsize_marked_failed(airflow: Running) -> None:
    airflow.aws.every_transition_takes(4)
    run = airflow.start()
    run.becomes("upsize", "deferred")
    airflow.happens()
    run.mark_task("upsize", "failed")
    run.ends("failed", "upsize failed", upsize="failed", stage_2_3="upstream_failed")


@guarantee(
    "the DAG is paused in the midst of a run",
    "small; unpaused, the run goes on: it makes the instance big again, or a stage refuses the small one",
    by=LEASE,
    within=LEASE_TIME,
)
def test_paused(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.tier1.pause(paused=True)
        airflow.happens()
    run.becomes("stage_2_3", "success")
    airflow.guard_finds_nothing()  # the run has not ended, and its lease is alive
    airflow.aws.expire_lease()
    airflow.guard_makes_it_small()
    airflow.tier1.pause(paused=False)
    run.ends("failed", "stage_2_4 failed", stage_2_4="failed")
    assert "Clear this task again with 'Downstream' ticked" in run.log("stage_2_4")


@guarantee(
    "the Variable that names this Airflow is deleted while a stage runs",
    "green; small",
    by="a run keeps the name that its preflight has seen",
    within="at once",
)
def test_identity_deleted(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.tier1.delete_variable("tier1_installation")
        airflow.guard_finds_nothing()  # it draws a new name, and takes the lease for another Airflow's
        airflow.happens()
    run.ends("success")


@guarantee(
    "a price is corrected while `stage_2_4` runs",
    "red: `publish` names each stage and month that was computed from the old price, and publishes nothing; "
    "small; `stage_2_3` is cleared, as it says: green",
    by="`publish` looks whether every month still fits its prices",
    within="at once",
)
def test_price_corrected(airflow: Running) -> None:
    # by less than the validation tolerates, which looks at each bar of so short a month
    correction = "update bqx.m1_gbpusd set close = close * (1 + 1e-12) where time = %s"
    with airflow.at_a_stage("stage_2_4") as run:
        airflow.ask(correction, f"{FIRST}-15")
        airflow.happens()
    run.ends("failed", f"currency_indices {FIRST}", publish="failed", validate="success")
    assert "Clear stage_2_3 with 'Downstream' ticked" in run.log("publish")
    run.clear("stage_2_3")
    run.ends("success")


@guarantee(
    "the run is deleted while a stage runs, or marked failed and deleted at once",
    "Airflow refuses to delete it before its teardowns have run; red; small",
    by="Airflow",
    within="at once",
)
def test_deleted(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        with pytest.raises(EmbeddedError, match="409"):
            run.dag.delete_run(run.run_id)
        airflow.tier1.pause(paused=True)  # else the teardowns may be quicker than the second click
        run.mark("failed")
        with pytest.raises(EmbeddedError, match="409"):
            run.dag.delete_run(run.run_id)
    assert airflow.aws.tags()[TAGS.run] == run.run_id
    airflow.happens()
    airflow.tier1.pause(paused=False)
    run.ends("failed", "stage_2_3 failed", stage_2_3="failed")


@guarantee(
    "a new version of the DAG file comes in the midst of a run",
    "the run goes on with it; small",
    by="Airflow takes each task from the newest file",
    within="at once",
)
def test_dag_edited(airflow: Running) -> None:
    versions = airflow.tier1.versions()
    with airflow.at_a_stage() as run:
        airflow.project.patch("tier1_tasks.validation", ANOTHER_NAME)
        eventually(lambda: airflow.tier1.versions() > versions)
        airflow.happens()
    run.finishes()
    assert run.states()["validate_anew"] == "success"
    airflow.instance_is(BASE, "running")
    airflow.project.restore()
    eventually(lambda: airflow.tier1.versions() > versions + 1)


@guarantee(
    "the DAG file is broken in the midst of a run",
    "small; repaired, the run goes on and ends red, as its instance was taken from it",
    by=LEASE,
    within=LEASE_TIME,
)
def test_dag_broken(airflow: Running) -> None:
    with airflow.at_a_stage() as run:
        airflow.project.edit(DAG_FILE, "with DAG(", "with DAG((")
    run.becomes("stage_2_3", "success")
    airflow.happens()
    airflow.aws.expire_lease()
    airflow.guard_makes_it_small()
    airflow.project.restore()
    assert run.finishes() == "failed"
    airflow.instance_is(BASE, "running")


@guarantee(
    "two runs are triggered at once",
    "one waits for the other; both green; small",
    by="`max_active_runs=1`",
    within="at once",
)
def test_two_runs_at_once(airflow: Running) -> None:
    first = airflow.start(force=False)
    second = airflow.start(force=False)
    first.becomes("verdict", "running", seconds=150)
    assert second.colour() == "queued"
    first.ends("success")
    airflow.happens()
    second.ends("success")
    assert airflow.aws.writes() == ["StopInstances", "ModifyInstanceAttribute", "StartInstances"] * 4
    assert airflow.watch.during(*first.times("stage_2_3")) == {(WORK, "running")}
